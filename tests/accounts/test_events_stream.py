"""The command that has Google send security events here, against a service that refuses what Google refuses."""

import json
import time
from datetime import UTC, datetime
from io import StringIO

import jwt
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import SecurityEvent
from accounts.oauth import risc_stream
from accounts.oauth.risc_stream import Account
from hetk import outbound
from tests.accounts.browser import Browser
from tests.environment import WEBHOOK_URL
from tests.factories import connect, make_user

pytestmark = pytest.mark.django_db
HERE = f"{WEBHOOK_URL}/hooks/google/security/"
STREAM = "https://risc.googleapis.com/v1beta/stream"


@pytest.fixture
def key(sandbox, tmp_path):
    return saved(sandbox.call("GET", "google/service-account"), tmp_path / "key.json")


def saved(said, path):
    path.write_text(json.dumps(said))
    return path


def told(do, key, **options):
    out = StringIO()
    call_command("google_events", do, key=key, stdout=out, **options)
    return out.getvalue().splitlines()


def refused(do, key, **options):
    with pytest.raises(CommandError) as failed:
        told(do, key, **options)
    return str(failed.value)


def test_it_registers_this_site_for_every_event_that_hetk_heeds(sandbox, key):
    assert told("show", key) == ["Nothing is registered: Google sends no events."]
    for _ in range(2):
        assert told("register", key) == [f"Events go to {HERE}; the stream is on."]
    (asked, _) = sandbox.requests(host="risc.googleapis.com", path=":update")
    assert asked["status"] == 200
    registered = risc_stream.found(Account.parse(key.read_text()), datetime.now(UTC))
    assert {name.rpartition("/")[2] for name in registered.events} == {
        *(
            "sessions-revoked",
            "tokens-revoked",
            "token-revoked",
            "account-disabled",
            "account-enabled",
            "account-purged",
        ),
        "account-credential-change-required",
    }


def test_what_is_registered_elsewhere_or_for_less_is_said(sandbox, key):
    account = Account.parse(key.read_text())
    body = {
        "delivery": {"delivery_method": risc_stream.PUSH, "url": "https://old.hetk.example/hooks/"},
        "events_requested": list(risc_stream.WANTED[1:]),
    }
    ask(account.token(datetime.now(UTC)), body)
    missing = risc_stream.WANTED[0].rpartition("/")[2]
    assert told("show", key) == [
        "Events go to https://old.hetk.example/hooks/; the stream is on.",
        f"That is another address than this site's, {HERE}.",
        f"Not asked for: {missing}.",
    ]


def test_switched_off_google_sends_nothing_and_on_again_it_does(sandbox, key):
    told("register", key)
    assert told("off", key) == [f"Events go to {HERE}; the stream is off."]
    asked = {"kind": "tokens-revoked", "person": "alice-gmail"}
    assert sandbox.call("POST", "google/security", asked)["sent"] == 0
    told("on", key)
    assert sandbox.call("POST", "google/security", asked)["sent"] == 1


def test_the_event_of_a_test_arrives_at_the_site_and_changes_nothing_there(sandbox, key, listening):
    alice = make_user("alice")
    connection, browser = connect(sandbox, alice, "alice-gmail"), Browser(alice)
    told("register", key)
    assert told("test", key, patience=20) == [
        "The event of the test has arrived: the way is open.",
        f"Events go to {HERE}; the stream is on.",
    ]
    (arrived,) = SecurityEvent.objects.all()
    assert arrived.event_id.endswith(" verification")
    (delivered,) = sandbox.deliveries()
    assert (delivered["url"], delivered["statuses"]) == (HERE, [202])
    connection.refresh_from_db()
    assert not connection.halted
    assert browser.get("/connections/").status_code == 200


def test_an_event_of_an_earlier_test_answers_no_later_one(sandbox, key):
    told("register", key)
    SecurityEvent.objects.create(event_id="earlier verification", at=timezone.now())
    assert "no event came within 0.6 seconds" in refused("test", key, patience=0.6)


def test_a_test_that_no_event_answers_fails_and_says_what_to_look_at(sandbox, key):
    told("register", key)
    # Nothing listens where notifications lead in this test.
    assert f"Is {HERE} open to the internet?" in refused("test", key, patience=0.6)
    assert sandbox.requests(host="risc.googleapis.com", path=":verify")[0]["status"] == 200


def test_before_anything_is_registered_there_is_nothing_to_test_or_switch(sandbox, key):
    for do in ("test", "on", "off"):
        assert refused(do, key) == "Google refused: Requested entity was not found."


def test_an_account_without_the_role_is_refused(sandbox, tmp_path):
    key = saved(sandbox.call("GET", "google/service-account?role=none"), tmp_path / "plain.json")
    assert refused("register", key) == "Google refused: The caller does not have permission"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda said: "no json", "not the JSON"),
        (lambda said: "[]", "not the JSON"),
        (lambda said: json.dumps({**said, "private_key": "none"}), "does not sign"),
        (lambda said: json.dumps({"web": {"client_id": "x"}}), "is it the key of a service account?"),
        (lambda said: json.dumps({**said, "private_key_id": "another"}), "Google refused"),
    ],
)
def test_a_file_that_is_no_key_is_refused_with_a_word_and_nothing_of_it(sandbox, key, damage, words):
    said = json.loads(key.read_text())
    key.write_text(damage(said))
    answer = refused("register", key)
    assert words in answer
    assert said["private_key"][40:80] not in answer


def test_a_key_that_is_not_there_is_said(sandbox, tmp_path):
    assert refused("show", tmp_path / "none.json").startswith("The key cannot be read")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_down_leaves_it_open(sandbox, key, status):
    sandbox.faults("risc.googleapis.com", times=1, status=status)
    assert refused("register", key).endswith("run this again.")


def ask(token, body, what=":update"):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return outbound.request("POST", STREAM + what, headers=headers, body=json.dumps(body).encode())


DELIVERY = {"delivery_method": risc_stream.PUSH, "url": HERE}
RIGHT = {
    "delivery": DELIVERY,
    "events_requested": list(risc_stream.WANTED),
}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"delivery": {**DELIVERY, "url": "http://hooks.hetk.example/"}}, 400),
        ({"delivery": {**DELIVERY, "delivery_method": "poll"}}, 400),
        ({"events_requested": ["made-up"]}, 400),
        ({"events_requested": []}, 400),
        ({"eventsRequested": []}, 400),
    ],
)
def test_the_sandbox_refuses_what_google_refuses(sandbox, key, changed, status):
    token = Account.parse(key.read_text()).token(datetime.now(UTC))
    assert ask(token, {**RIGHT, **changed}).status == status


@pytest.mark.parametrize("changed", [{"aud": "https://risc.googleapis.com/"}, {"exp": 7300}, {"exp": -1}, {"sub": "x"}])
def test_the_sandbox_believes_no_token_that_google_would_not(sandbox, key, changed):
    said = json.loads(key.read_text())
    email, now = said["client_email"], int(time.time())
    claims = {"iss": email, "sub": email, "aud": risc_stream.AUDIENCE, "iat": now, "exp": now + 3600}
    if "exp" in changed:
        changed = {"exp": now + changed["exp"]}
    token = jwt.encode({**claims, **changed}, said["private_key"], "RS256", {"kid": said["private_key_id"]})
    assert ask(token, RIGHT).status == 401
    assert ask("", RIGHT).status == 401
