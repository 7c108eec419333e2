"""Bodies come back rewritten, never as they were sent."""

from typing import Any

import pytest

from tests.sandbox.graph.client import Graph

TEXT = 'outlook.body-content-type="text"'


def body(kind: str, content: str) -> dict[str, Any]:
    return {"body": {"contentType": kind, "content": content}}


def test_text_is_kept_as_html(alice: Graph) -> None:
    made = alice.create(**body("text", "Line <one>\nline  two"))
    assert made["body"]["contentType"] == "html"
    content = made["body"]["content"]
    assert content.startswith("<html><head>\r\n<meta http-equiv")
    assert "Line &lt;one&gt;<br>\r\nline&nbsp; two" in content
    assert made["bodyPreview"] == "Line <one>\r\nline  two"


def test_html_is_wrapped_and_its_blanks_are_altered(alice: Graph) -> None:
    made = alice.create(**body("html", "<p>One</p>\n\n   <p>two\n three</p><script>alert(1)</script>"))
    content = made["body"]["content"]
    assert content.startswith("<html><head>")
    assert content.endswith("<body><p>One</p> <p>two three</p></body></html>")


def test_what_was_read_can_be_written_again_without_growing(alice: Graph) -> None:
    made = alice.create(**body("html", "<p>One</p>"))
    again = alice.patch(f"/me/events/{made['id']}", {"body": made["body"]}).body
    assert again["body"] == made["body"]


@pytest.mark.parametrize(
    ("kind", "sent", "given"),
    [
        ("text", "One", "One\r\n"),
        ("text", "One\n\n two  \n", "One\r\n\r\ntwo\r\n"),
        ("text", "One\n  - two", "One\r\n  - two\r\n"),
        ("text", "a & b <c> \u00e4", "a & b <c> \u00e4\r\n"),
        ("html", "<p>One</p><p>two</p>", "One\r\ntwo\r\n"),
        ("html", "<b>One</b><br>two &amp; three", "One\r\ntwo & three\r\n"),
        ("html", "<style>p {}</style><div>One</div>", "One\r\n"),
        ("text", "", ""),
    ],
)
def test_text_is_given_where_it_is_preferred(alice: Graph, kind: str, sent: str, given: str) -> None:
    made = alice.create(**body(kind, sent))
    reply = alice.get(f"/me/events/{made['id']}", prefer=TEXT)
    assert reply.body["body"] == {"contentType": "text", "content": given}
    assert TEXT in reply.headers["Preference-Applied"]


def test_an_empty_body_stays_empty(alice: Graph) -> None:
    made = alice.create(**body("text", "One"))
    changed = alice.patch(f"/me/events/{made['id']}", body("text", ""))
    assert changed.body["body"] == {"contentType": "html", "content": ""}
    assert changed.body["bodyPreview"] == ""


def test_a_preview_is_short(alice: Graph) -> None:
    assert len(alice.create(**body("text", "word " * 100))["bodyPreview"]) == 255
