"""HTML as people write it, read as text; nothing raises, nothing of the markup stays."""

import pytest

from sync.providers.text import from_html, looks_like_html, plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("words", "words"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one\n   line</p>", "one line"),
        ("a<b>bold</b>c", "aboldc"),
        ("a <i>b</i> c", "a b c"),
        ("x &lt; y &amp;&nbsp;z", "x < y & z"),
        ("&lt;script&gt;", "<script>"),
        ("<script>alert(1)</script>after", "after"),
        ("<style>p { color: red }</style><p>seen</p>", "seen"),
        ("<head><title>no</title></head><body>yes</body>", "yes"),
        ("<!-- hidden -->shown", "shown"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<a href='https://example.org/secret'>words</a>", "words"),
        ("<p>unclosed", "unclosed"),
        ("</div></style>stray", "stray"),
        ("a\r\n<br>\r\nb", "a\nb"),
        (
            (
                '<html><head>\r\n<style><!-- .PlainText { font-size: 9pt } --></style></head>\r\n<body>\r\n<font size="2"><span>'
                '<div class="PlainText">one<br>\r\n<br>\r\nthree &lt;3</div></span></font>\r\n</body>\r\n</html>'
            ),
            "one\n\nthree <3",
        ),
    ],
)
def test_html_is_read_as_text(markup: str, text: str) -> None:
    assert from_html(markup) == text


@pytest.mark.parametrize(
    ("text", "is_html"),
    [
        ("a < b", False),
        ("a<3", False),
        ("AT&T", False),
        ("x &amp; y", True),
        ("<br>", True),
        ("</p>", True),
        ("<!-- c -->", True),
        ("1 &lt; 2", True),
        ("&#39;", True),
    ],
)
def test_markup_is_told_from_signs(text: str, is_html: bool) -> None:
    assert looks_like_html(text) is is_html


def test_text_has_one_kind_of_line_end_and_nothing_around_it() -> None:
    assert plain("\r\n one  \r\ntwo\rthree\x00 \n\n") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    "markup", ["broken <div <b>still", "<", "<a href=", "&#xfffffff;", "<![CDATA[x]]>", "<?php ?>y"]
)
def test_broken_markup_never_raises(markup: str) -> None:
    assert isinstance(from_html(markup), str)
