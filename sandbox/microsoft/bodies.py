"""What Exchange makes of an event's body: everything is HTML inside, and no text comes back as it was written."""

import re
from functools import lru_cache
from html import escape, unescape
from html.parser import HTMLParser

META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
FROM_TEXT = (
    '<html><head>\r\n{meta}\r\n<meta name="Generator" content="Microsoft Exchange Server">\r\n<!-- converted from text -->\r\n'
    "<style><!-- .EmailQuote {{ margin-left: 1pt; padding-left: 4pt; border-left: #800000 2px solid; }} --></style></head>\r\n"
    '<body>\r\n<font size="2"><span style="font-size:11pt;"><div class="PlainText">{lines}</div></span></font>\r\n</body>\r\n</html>\r\n'
)
# What lies between these was text when it was written, and is read back without a parser.
PLAIN = re.compile(r'<div class="PlainText">(.*)</div></span></font>\r\n</body>', re.DOTALL)
BLOCKS = frozenset({"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table", "blockquote"})
HIDDEN = frozenset({"style", "script", "head", "title"})


def stored(content: str, content_type: str) -> str:
    """The HTML that is kept for a written body; "" for an empty one."""
    if not content.strip():
        return ""
    return from_text(content) if content_type.lower() == "text" else from_html(content)


def from_text(text: str) -> str:
    """Text as Exchange turns it into HTML."""
    lines = [_spaces(escape(line, quote=False)) for line in text.replace("\r\n", "\n").rstrip("\n").split("\n")]
    return FROM_TEXT.format(meta=META, lines="<br>\r\n".join(lines))


def _spaces(line: str) -> str:
    # Runs of blanks survive as non-breaking ones, the last of a run stays plain.
    return re.sub(r" {2,}", lambda run: "&nbsp;" * (len(run.group()) - 1) + " ", line)


def from_html(html: str) -> str:
    """HTML in Exchange's own wrapping, scripts and needless blanks left out."""
    inner = re.sub(r"(?is)<script.*?</script>|<!doctype[^>]*>", "", html)
    if match := re.search(r"(?is)<body[^>]*>(.*?)(</body>|$)", inner):
        inner = match.group(1)
    # Exchange's own formatter moves blanks about; a comparison of raw bodies must fail.
    inner = re.sub(r"[ \t\r\n]+", " ", inner).strip()
    return f"<html><head>\r\n{META}</head><body>{inner}</body></html>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self.hidden += 1
        if tag == "br":
            self.parts.append("\n")
        elif tag in BLOCKS:
            self.new_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in BLOCKS:
            self.new_line()

    def new_line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        data = re.sub(r"[ \t\r\n]+", " ", data)
        # As in a browser, blanks at the start of a line are not seen.
        at_start = not self.parts or self.parts[-1].endswith("\n")
        data = data.lstrip(" ") if at_start else data
        if data:
            self.parts.append(data)


@lru_cache(maxsize=10_000)
def as_text(html: str) -> str:
    """The text Exchange gives for stored HTML: CRLF line ends and one at the end; "" for an empty body."""
    if not html:
        return ""
    written = PLAIN.search(html) if "<!-- converted from text -->" in html else None
    text = unescape(written[1].replace("<br>\r\n", "\n")) if written else _parsed(html)
    # Plain blanks at the start of a line do not survive in HTML, non-breaking ones do.
    lines = [line.lstrip(" ").replace("\xa0", " ").rstrip() for line in text.strip("\n").split("\n")]
    return "\r\n".join(lines) + "\r\n"


def _parsed(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts)


def preview(html: str) -> str:
    """The first 255 characters as text."""
    return as_text(html).strip()[:255]


def plain(html: str) -> str:
    """For a person's eyes: plain line ends, nothing trailing."""
    return as_text(html).replace("\r\n", "\n").rstrip("\n")
