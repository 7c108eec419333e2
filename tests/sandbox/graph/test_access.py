"""Who may call Graph, and what they are told otherwise."""

from tests.sandbox.graph.client import Graph, event, pool
from tests.sandbox.graph.conftest import World


def test_a_call_without_a_token_is_told_so(world: World) -> None:
    reply = Graph(world.url, "", "").get("/me/calendars")
    assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")
    assert "authorization_uri" in reply.headers["WWW-Authenticate"]
    assert {"code", "message", "innerError"} == reply.body["error"].keys()
    assert {"date", "request-id", "client-request-id"} == reply.body["error"]["innerError"].keys()


def test_an_invented_token_is_refused(world: World) -> None:
    assert Graph(world.url, "", "invented").get("/me/calendars").code == "InvalidAuthenticationToken"


def test_a_token_runs_out_after_an_hour(world: World, alice: Graph) -> None:
    assert alice.get("/me/calendars").status == 200
    world.control("clock", {"advance": 3601})
    reply = alice.get("/me/calendars")
    assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")
    assert "expired" in reply.body["error"]["message"]


def test_a_google_token_opens_nothing_here(world: World) -> None:
    assert world.person("alice-gmail").get("/me/calendars").status == 401


def test_me_needs_user_read(world: World, alice: Graph) -> None:
    reply = alice.get("/me")
    assert (reply.status, reply.code) == (403, "Authorization_RequestDenied")
    allowed = world.person("alice-northwind", ["User.Read"]).get("/me")
    assert (allowed.status, allowed.body["mail"]) == (200, "alice@northwind.example")


def test_calendars_need_their_scope(world: World) -> None:
    reply = world.person("alice-northwind", ["User.Read"]).get("/me/calendars")
    assert (reply.status, reply.code) == (403, "ErrorAccessDenied")


def test_a_reader_cannot_write(world: World) -> None:
    reader = world.person("alice-northwind", ["https://graph.microsoft.com/Calendars.Read"])
    assert reader.get("/me/events").value == []
    assert reader.post("/me/events", event()).code == "ErrorAccessDenied"
    assert reader.get("/me/events").value == []


def test_somebody_elses_mailbox_is_closed(alice: Graph) -> None:
    assert alice.get("/users/alice@northwind.example/calendars").status == 200
    reply = alice.get("/users/bob@northwind.example/calendars")
    assert (reply.status, reply.code) == (403, "ErrorAccessDenied")


def test_an_unknown_segment_is_named(alice: Graph) -> None:
    reply = alice.get("/me/calendarz")
    assert (reply.status, reply.code) == (400, "BadRequest")
    assert "Resource not found for the segment 'calendarz'" in reply.body["error"]["message"]


def test_a_known_address_with_another_verb_is_not_allowed(alice: Graph) -> None:
    assert alice.call("DELETE", "/me/calendars").status == 405


def test_every_answer_carries_a_request_id(alice: Graph) -> None:
    first, second = alice.get("/me/calendars"), alice.get("/me/calendars")
    assert first.headers["request-id"] != second.headers["request-id"]


def test_a_body_without_its_content_type_is_not_read(alice: Graph) -> None:
    address = f"{alice.url}/graph.microsoft.com/v1.0/me/events"
    answer = pool.request("POST", address, body=b"{}", headers={"Authorization": f"Bearer {alice.token}"})
    assert (answer.status, answer.json()["error"]["code"]) == (400, "RequestBodyRead")


def test_the_log_knows_who_called(world: World, alice: Graph) -> None:
    alice.get("/me/calendars")
    last = world.control("requests", method="GET")[-1]
    assert (last["person"], last["path"], last["status"]) == ("alice-northwind", "/v1.0/me/calendars", 200)
