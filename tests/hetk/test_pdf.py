"""Papers: a real PDF, and nothing is fetched for it, whatever the text asks for."""

import re
import socket
from threading import Thread

import pytest

from hetk import pdf
from tests.hetk.papers import inside


def test_a_paper_is_a_pdf_with_pages():
    made = pdf.of_html("<html lang='en'><title>A paper</title><h1>A paper</h1><p>Words.</p></html>")

    assert made.startswith(b"%PDF-")
    assert re.search(rb"/Type ?/Page\b", inside(made))
    assert b"/StructTreeRoot" in inside(made)


@pytest.fixture
def listener():
    """(port, what knocked there)."""
    knocks = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        def listen():
            try:
                while True:
                    knocks.append(server.accept()[0])
            except OSError:
                pass

        thread = Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], knocks
        thread.join()
    for knock in knocks:
        knock.close()


def test_a_paper_fetches_nothing_from_the_net_or_the_disk(listener, tmp_path):
    port, knocks = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret of the disk")
    here = f"http://127.0.0.1:{port}"

    made = pdf.of_html(
        f"<html><link rel=stylesheet href='{here}/a.css'><style>@import '{here}/b.css'; p {{ background: url({here}/c.png) }}"
        f"</style><p>Words.<img src='{here}/d.png'><img src='file://{secret}'><object data='{here}/e'></object>"
        f"<a rel=attachment href='file://{secret}'>x</a><link rel=attachment href='file://{secret}'></html>"
    )

    assert made.startswith(b"%PDF-")
    assert knocks == []
    assert b"a secret of the disk" not in inside(made)
    assert b"/EmbeddedFile" not in inside(made)


def test_a_download_says_what_it_is():
    answer = pdf.response(b"%PDF-", "a.pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="a.pdf"'
