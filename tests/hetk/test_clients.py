"""The shapes in which libraries take the door for bytes."""

import pytest
import requests

from hetk import outbound
from tests.hetk.conftest import GRAPH


def test_msal_posts_a_form_and_reads_status_text_and_headers(server):
    answer = outbound.msal_client().post(f"{GRAPH}/token", params={"a": "b c"}, data={"x": "y z"}, headers={"H": "1"})
    [(method, path, headers, body)] = server.requests
    assert (method, path, body) == ("POST", "/graph.microsoft.com/token?a=b+c", b"x=y+z")
    assert (headers["Content-Type"], headers["H"]) == ("application/x-www-form-urlencoded", "1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert "token" in answer.text


def test_google_auth_reads_status_headers_and_data(server):
    answer = outbound.google_request()(f"{GRAPH}/certs", method="GET", headers={"H": "1"}, timeout=5)
    assert (answer.status, answer.data) == (200, b'{"path": "/graph.microsoft.com/certs"}')
    assert server.requests[0][2]["H"] == "1"


def test_a_requests_session_goes_through_the_door_and_follows_nothing(server):
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", outbound.requests_adapter())
        answer = session.post(f"{GRAPH}/x", data={"a": "b"}, timeout=5)
        assert (answer.status_code, answer.json()["path"]) == (200, "/graph.microsoft.com/x")
        assert server.requests[0][3] == b"a=b"
        assert session.get(f"{GRAPH}/away").status_code == 302
        with pytest.raises(outbound.Forbidden):
            session.get("https://evil.example/")
    assert len(server.requests) == 2
