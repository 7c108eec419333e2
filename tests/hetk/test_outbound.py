"""The one door for bytes, against real sockets."""

import os
import socket
import threading
import time
import warnings
from typing import Any

import pytest

from hetk import outbound
from tests.hetk import listeners
from tests.hetk.conftest import GRAPH
from tests.hetk.listeners import odd_server

pytestmark = pytest.mark.usefixtures("closed_door")


def test_a_request_arrives_whole_under_its_real_host(server):
    answer = outbound.request("POST", f"{GRAPH}/v1.0/me?$top=5&q=a%20b", headers={"X-Id": "7"}, body=b"hello")
    [(method, path, headers, body)] = server.requests
    assert (method, path, headers["X-Id"], body) == (
        "POST",
        "/graph.microsoft.com/v1.0/me?$top=5&q=a%20b",
        "7",
        b"hello",
    )
    assert headers["User-Agent"].startswith("Hetk/")
    assert (answer.status, answer.json()["path"]) == (200, path)
    assert answer.headers["content-type"] == answer.headers["Content-Type"] == "application/json"


def test_a_redirect_is_an_answer_and_is_not_followed(server):
    answer = outbound.request("GET", f"{GRAPH}/away")
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.1:1/stolen")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://graph.microsoft.com.evil.example/",
        "https://graph.microsoft.com./",
        "http://graph.microsoft.com/",
        "https://graph.microsoft.com:8443/",
        "https://me:pass@graph.microsoft.com/",
        "https://graph.microsoft.com@evil.example/",
        "https://evil.example\\@graph.microsoft.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "file:///etc/passwd",
        "//graph.microsoft.com/",
        "graph.microsoft.com",
        "https://[oops/",
        "",
    ],
)
def test_anything_but_a_listed_host_over_https_is_forbidden_and_nothing_is_sent(server, url):
    with pytest.raises(outbound.Forbidden):
        outbound.request("GET", url)
    with pytest.raises(outbound.Forbidden):
        outbound.browser_url(url)
    assert server.requests == []


def test_a_path_cannot_climb_into_another_host(server):
    outbound.request("GET", f"{GRAPH}/../www.googleapis.com/x")
    assert server.requests[0][1] == "/graph.microsoft.com/www.googleapis.com/x"


def test_browsers_are_sent_through_the_same_map(server):
    assert outbound.browser_url(f"{GRAPH}/a?b=c") == f"{server.url}/graph.microsoft.com/a?b=c"
    outbound.configure(hosts=["graph.microsoft.com"], sandbox_url="")
    assert outbound.browser_url(f"{GRAPH}/a?b=c") == f"{GRAPH}/a?b=c"


# --- Private addresses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0.0.0.0"])
def test_a_listed_host_that_leads_home_is_forbidden_before_connecting(host):
    outbound.configure(hosts=[host], sandbox_url="")
    with pytest.raises(outbound.Forbidden, match="not public"):
        outbound.request("GET", f"https://{host}/", timeout=2)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "localhost",
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "2130706433",
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
        ),
        *("[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]", "224.0.0.1"),
    ],
)
@pytest.mark.parametrize("port", ["", ":8443"])
def test_an_address_that_a_person_gives_never_leads_into_a_private_network(host, port):
    outbound.configure(hosts=[], sandbox_url="")
    with pytest.raises(outbound.Forbidden, match="not public"):
        outbound.request("PROPFIND", f"https://{host}{port}/", timeout=2, anywhere=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://dav.example/",
        "https://me:pass@dav.example/",
        "https://dav.example:22/",
        "file:///etc/passwd",
        "https:///x",
    ],
)
def test_what_a_person_gives_must_be_a_plain_https_address(server, url):
    with pytest.raises(outbound.Forbidden):
        outbound.request("GET", url, anywhere=True)
    assert server.requests == []


def test_a_host_that_nobody_listed_is_asked_only_where_a_person_gave_it(server):
    outbound.request("GET", "https://dav.example:8443/x", anywhere=True)
    with pytest.raises(outbound.Forbidden):
        outbound.request("GET", "https://dav.example/x")
    assert [path for _, path, _, _ in server.requests] == ["/dav.example:8443/x"]


def test_a_star_stands_for_the_number_of_one_of_many_machines(server):
    outbound.configure(hosts=["p*-caldav.icloud.com"], sandbox_url=server.url)
    outbound.request("GET", "https://p42-caldav.icloud.com/x")
    for host in (
        "p-caldav.icloud.com",
        "p4.2-caldav.icloud.com",
        "pevil.example/-caldav.icloud.com",
        "xp42-caldav.icloud.com",
    ):
        with pytest.raises(outbound.Forbidden):
            outbound.request("GET", f"https://{host}/x")
    with pytest.raises(outbound.Forbidden):
        outbound.request("GET", "https://p42-caldav.icloud.com.evil.example/x")
    assert len(server.requests) == 1


def test_the_sandbox_of_the_settings_is_the_only_private_place(server):
    outbound.configure(hosts=["localhost"], sandbox_url=server.url)
    outbound.request("GET", "https://localhost/")
    assert server.requests[0][1] == "/localhost/"


class Network:
    """A resolver that answers as told, one list of addresses per question, and a record of what is connected to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.connected: list[str] = []
        network = self

        class Socket(socket.socket):
            def connect(self, address: Any) -> None:
                network.connected.append(address[0])
                raise ConnectionRefusedError

        monkeypatch.setattr(socket, "getaddrinfo", self.resolve)
        monkeypatch.setattr(socket, "socket", Socket)
        outbound.configure(hosts=["graph.microsoft.com"], sandbox_url="")

    def resolve(self, host: str, port: int, *_: object, **__: object) -> list[object]:
        addresses = self.answers.pop(0)
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in a], socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    network = Network(monkeypatch, ["93.184.215.14", "10.0.0.5"])
    with pytest.raises(outbound.Forbidden):
        outbound.request("GET", f"{GRAPH}/")
    assert network.connected == []


def test_a_name_is_resolved_once_so_that_a_second_answer_cannot_lead_elsewhere(monkeypatch):
    network = Network(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    with pytest.raises(outbound.Unreachable):
        outbound.request("GET", f"{GRAPH}/")
    assert network.connected == ["93.184.215.14"]
    assert network.answers == [["127.0.0.1"]]


def test_a_name_that_turned_private_is_refused_at_the_next_connection(monkeypatch):
    network = Network(monkeypatch, ["93.184.215.14"], ["169.254.169.254"])
    with pytest.raises(outbound.Unreachable):
        outbound.request("GET", f"{GRAPH}/")
    with pytest.raises(outbound.Forbidden):
        outbound.request("GET", f"{GRAPH}/")
    assert network.connected == ["93.184.215.14"]


def test_every_public_address_of_a_name_is_tried(monkeypatch):
    network = Network(monkeypatch, ["2606:2800:21f::1", "93.184.215.14"])
    with pytest.raises(outbound.Unreachable):
        outbound.request("GET", f"{GRAPH}/")
    assert network.connected == ["2606:2800:21f::1", "93.184.215.14"]


def test_a_name_with_many_addresses_that_stay_silent_takes_no_more_time_than_one(monkeypatch):
    network = Network(monkeypatch, [f"93.184.215.{number}" for number in range(1, 30)])

    class Silent(socket.socket):
        def connect(self, address: Any) -> None:
            network.connected.append(address[0])
            time.sleep(self.gettimeout() or 9)
            raise TimeoutError

    monkeypatch.setattr(socket, "socket", Silent)
    began = time.monotonic()
    with pytest.raises(outbound.Unreachable):
        outbound.request("GET", f"{GRAPH}/", timeout=0.3)
    assert time.monotonic() - began < 2
    assert len(network.connected) == 1


# --- What is known after a failure ------------------------------------------------------------------------------------


def test_a_refused_connection_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    outbound.configure(hosts=["graph.microsoft.com"], sandbox_url=address)
    with pytest.raises(outbound.Unreachable):
        outbound.request("POST", f"{GRAPH}/", body=b"x")


def test_a_name_that_does_not_exist_is_unreachable():
    outbound.configure(hosts=["nobody.invalid"], sandbox_url="")
    with pytest.raises(outbound.Unreachable):
        outbound.request("GET", "https://nobody.invalid/")


MANNERS = [
    listeners.hang_up,
    listeners.stay_silent,
    listeners.stop_half_way,
    listeners.drip,
    listeners.drip_headers,
]


@pytest.mark.parametrize("manner", MANNERS)
def test_an_answer_that_does_not_come_whole_is_lost_and_in_time(manner):
    with odd_server(manner) as server:
        outbound.configure(hosts=["graph.microsoft.com"], sandbox_url=server.url)
        began = time.monotonic()
        with pytest.raises(outbound.Lost):
            outbound.request("POST", f"{GRAPH}/", body=b"x", timeout=0.4)
        assert time.monotonic() - began < 2
    assert len(server.ports) == 1


def test_a_lost_request_does_not_colour_the_next_one():
    with odd_server(listeners.hang_up) as server:
        outbound.configure(hosts=["graph.microsoft.com"], sandbox_url=server.url)
        with pytest.raises(outbound.Lost):
            outbound.request("GET", f"{GRAPH}/")
    with pytest.raises(outbound.Unreachable):
        outbound.request("GET", f"{GRAPH}/")


def test_a_failure_never_tells_the_query():
    with odd_server(listeners.hang_up) as server:
        outbound.configure(hosts=["graph.microsoft.com"], sandbox_url=server.url)
        with pytest.raises(outbound.Lost) as caught:
            outbound.request("GET", f"{GRAPH}/path?token=canary")
    assert "canary" not in str(caught.value)
    assert "graph.microsoft.com" in str(caught.value)


# --- Size, reuse, threads, environment --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["large", "bomb"])
def test_an_answer_over_the_limit_is_cut_off_also_when_it_was_compressed(server, path):
    with pytest.raises(outbound.TooLarge):
        outbound.request("GET", f"{GRAPH}/{path}", limit=4000)


def test_an_answer_of_exactly_the_limit_is_fine(server):
    assert len(outbound.request("GET", f"{GRAPH}/large", limit=300_000).body) == 300_000


def test_connections_are_reused_but_never_one_that_was_cut_off(server):
    for _ in range(3):
        outbound.request("GET", f"{GRAPH}/")
    assert len(set(server.ports)) == 1
    with pytest.raises(outbound.TooLarge):
        outbound.request("GET", f"{GRAPH}/large", limit=10)
    outbound.request("GET", f"{GRAPH}/")
    assert len(set(server.ports)) == 2


def test_many_threads_share_the_door_and_each_gets_its_own_answer(server):
    wrong: list[str] = []

    def ask(name: str) -> None:
        for number in range(5):
            path = f"/{name}/{number}"
            if outbound.request("GET", GRAPH + path).json()["path"] != f"/graph.microsoft.com{path}":
                wrong.append(path)

    threads = [threading.Thread(target=ask, args=(f"t{number}",)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == []
    assert len(server.requests) == 80
    assert len(set(server.ports)) <= 16


def test_proxies_and_netrc_of_the_environment_are_not_used(server, monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    netrc = tmp_path / "netrc"
    netrc.write_text("default login thief password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    assert outbound.request("GET", f"{GRAPH}/").status == 200
    assert "Authorization" not in server.requests[0][2]


def test_a_forked_process_opens_connections_of_its_own(server):
    outbound.request("GET", f"{GRAPH}/")
    with warnings.catch_warnings():
        # Newer Pythons warn of forking beside threads; the child ends at once.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os._exit(_open_pools())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert _open_pools() == 1


def _open_pools() -> int:
    assert outbound._door
    return len(outbound._door.pools.pools)


def test_a_request_before_the_door_is_configured_says_what_is_wrong():
    with pytest.raises(RuntimeError, match="configured"):
        outbound.request("GET", f"{GRAPH}/")
