"""Where a request ends is never in doubt: the server that the services start is sent messages that two readers could take apart differently."""

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hetk.keeper import bound
from tests.environment import free_port
from tests.outside import ROOT
from tests.processes import wait_for

UNIT = ROOT / "deploy" / "systemd" / "hetk-web.service"
# Tells which requests it was handed, one a line.
APP = """
import sys
def application(environ, start_response):
    body = environ["wsgi.input"].read()
    sys.stderr.write(f"HANDED {environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)}\\n")
    sys.stderr.flush()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = b"POST /seen HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = b"0\r\n\r\n"
AMBIGUOUS = {
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN),
    "a list of lengths": HEAD + b"Content-Length: 0, 0\r\n\r\n",
    "a length with a sign": HEAD + b"Content-Length: +%d\r\n\r\n" % len(HIDDEN),
    "a blank before the colon": HEAD + b"Content-Length : %d\r\n\r\n" % len(HIDDEN),
    "an unknown coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKED,
    "chunked, and not last": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKED,
    "a folded header": HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKED,
    "a lone carriage return": HEAD.replace(b"localhost\r\n", b"localhost\rX: y\r\n") + b"Content-Length: 0\r\n\r\n",
    "chunks in HTTP/1.0": HEAD.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "a zero byte": HEAD + b"X: a\0b\r\n\r\n",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """As `hetk-web` starts it, with an application that only tells what reaches it."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    (folder / "telling.py").write_text(APP)
    (line,) = re.findall(r"^ExecStart=(.+)$", UNIT.read_text(), re.MULTILINE)
    words = shlex.split(line)[1:-1]
    words[words.index("--port") + 1], words[words.index("--workers") + 1] = str(port), "1"
    log = folder / "log"
    with log.open("w") as errors:
        command = [sys.executable, "-m", "granian", *words, "telling:application"]
        process = subprocess.Popen(
            bound(command), cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, stdout=errors, stderr=errors
        )
        try:
            assert wait_for(
                lambda: b"200 OK" in said(port, b"GET /up HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            )
            yield port, log
        finally:
            process.terminate()
            process.wait(10)


def said(port: int, message: bytes) -> bytes:
    """Everything that comes back until the server closes the connection, or has nothing more to say."""
    found = b""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(1)
            connection.sendall(message)
            while piece := connection.recv(65536):
                found += piece
    except OSError:
        pass
    return found


def handed(log: Path) -> list[str]:
    return re.findall(r"^HANDED (.+)$", log.read_text(), re.MULTILINE)


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_a_message_that_could_end_in_two_places_is_refused_and_what_follows_is_not_read(server, kind):
    port, log = server
    before = handed(log)
    answer = said(port, AMBIGUOUS[kind] + HIDDEN)
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert answer.count(b"HTTP/1.") == 1
    assert handed(log) == before


def test_where_both_stand_the_chunks_decide_and_the_connection_ends(server):
    port, log = server
    before = len(handed(log))
    both = HEAD + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % (len(CHUNKED) + len(HIDDEN))
    answer = said(port, both + CHUNKED + HIDDEN)
    assert answer.count(b"HTTP/1.") == 1
    assert handed(log)[before:] == ["POST /seen 0"]


def test_a_plain_request_after_another_on_one_connection_is_answered(server):
    port, log = server
    before = len(handed(log))
    plain = HEAD + b"Content-Length: 3\r\n\r\nabc"
    assert said(port, plain + HIDDEN).count(b"200 OK") == 2
    assert handed(log)[before:] == ["POST /seen 3", "GET /hidden 0"]
