"""Plain text out of what providers keep as HTML. Standard library only; broken markup never raises."""

import re
from html.parser import HTMLParser

# Only these start a new line; everything unknown flows on.
_BLOCK_TAGS = """
    address article blockquote dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre
    section table tr ul
"""
BLOCKS = frozenset(_BLOCK_TAGS.split())
# Paragraphs and lists stand apart from what surrounds them.
APART = frozenset(("p", "ul", "ol", "table", "blockquote", "h1", "h2", "h3"))
SILENT = frozenset(("head", "script", "style", "title", "template"))
MARKUP = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>|&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]\w*);", re.DOTALL)


def plain(text: str) -> str:
    """Text with one kind of line end, nothing around it, and no line that only looks empty."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def looks_like_html(text: str) -> bool:
    return MARKUP.search(text) is not None


def from_html(markup: str) -> str:
    """What a reader of the page would see, line by line; of a link only its words."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", plain("".join(reader.pieces)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.silent = 0
        self.verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag in BLOCKS:
            self._new_line(tag)
            self.pieces += ["- "] if tag == "li" else []
        elif tag in ("td", "th"):
            self._space()
        self.verbatim += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in BLOCKS:
            self._new_line(tag)
        self.verbatim = max(0, self.verbatim - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if self.verbatim:
            self.pieces.append(data)
            return
        # A no-break space is how editors keep the spaces a person typed; other white space is only the markup's layout.
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        if self._at_line_start():
            words = words.lstrip(" ")
        self.pieces.append(words.replace("\xa0", " "))

    def _new_line(self, tag: str) -> None:
        text = "".join(self.pieces[-3:])
        if self.pieces and not text.endswith("\n"):
            self.pieces.append("\n")
        if tag in APART and self.pieces and not "".join(self.pieces[-3:]).endswith("\n\n"):
            self.pieces.append("\n")

    def _space(self) -> None:
        if not self._at_line_start():
            self.pieces.append(" ")

    def _at_line_start(self) -> bool:
        last = next((piece for piece in reversed(self.pieces) if piece), "\n")
        return last.endswith(("\n", " "))


def word(value: object) -> str:
    """An id or a name as it is. Raises TypeError for what is none."""
    if not isinstance(value, str) or not value:
        raise TypeError("not a word")
    return value
