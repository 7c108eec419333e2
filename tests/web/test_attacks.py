"""Forged forms, forged addresses, wrong verbs and wrong hosts."""

from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from whitenoise.middleware import WhiteNoiseMiddleware

from sync.models import Pair
from tests.accounts.browser import Browser, query_of
from tests.factories import PASSWORD, make_user
from tests.web.routes import ours, routes, rows, takes_arguments
from tests.web.test_isolation import arguments

VERBS = ("post", "put", "patch", "delete")
# A provider has no token of our forms; what it may do is in tests/webhooks.
WITHOUT_TOKEN = {"hook_stripe", "hook_microsoft", "hook_microsoft_lifecycle", "hook_google", "hook_google_security"}
EVIL = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
    "%2f%2fevil.example", "/%09/evil.example", "\t//evil.example", "https://localhost:8000@evil.example", "javascript:alert(1)",
    "data:text/html,x", "http:///evil.example", "//evil.example/localhost:8000", "https://localhost:8000.evil.example/",
]  # fmt: skip


def addresses(alice):
    """Every address of ours, with something of Alice's wherever an id stands in it."""
    known = arguments(alice)
    kinds = {name: {"kind": "google"} for name in ("signin", "connect", "connect_callback")}
    kinds |= {"recipe": {"slug": "outlook-to-google"}, "use_case": {"slug": "lawyers"}}
    kinds["deletion"] = {"public_id": str(uuid4())}
    found = {}
    for name, pattern in ours().items():
        if name in WITHOUT_TOKEN:
            continue
        found[name] = reverse(name, kwargs={**known, **kinds}[name] if takes_arguments(pattern) else None)
    return found


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_done_without_the_token_of_a_form(alice, browser_of, verb):
    places = addresses(alice)
    client, before = browser_of(alice, strict=True), rows()
    for name, address in places.items():
        assert getattr(client, verb)(address).status_code in {403, 405}, name
    assert rows() == before
    assert client.get(reverse("dashboard")).status_code == 200


def test_no_address_of_the_support_desk_takes_a_form_without_its_token(alice, browser_of):
    alice.user.is_staff = alice.user.is_superuser = True
    alice.user.save()
    client, before = browser_of(alice, strict=True), rows()
    for name, pattern in routes():
        if name.startswith("admin:") and not takes_arguments(pattern):
            assert client.post(reverse(name)).status_code == 403, name
    assert rows() == before


def test_looking_changes_nothing_anywhere(alice, browser_of):
    places = addresses(alice)
    client, before = browser_of(alice), rows()
    for name, address in places.items():
        for verb in (client.get, client.head, client.options):
            answer = verb(address, HTTP_HX_REQUEST="true") if name == "dashboard" else verb(address)
            # No provider answers here, and no worker gives a sign of life.
            assert answer.status_code < 500 or name in {"connect_callback", "health_work"}, name
    assert rows() == before
    assert client.get(reverse("dashboard")).status_code == 200


def test_no_page_answers_to_trace(alice, browser_of):
    places = addresses(alice)
    client, before = browser_of(alice), rows()
    for name, address in places.items():
        answer = client.trace(address, HTTP_X_SAID="qkanarix")
        assert answer.status_code == 405, name
        assert b"qkanarix" not in answer.content, name
    assert rows() == before


@pytest.mark.parametrize(
    "address",
    [
        "/.git/config",
        "/.env",
        "/manage.py",
        "/hetk/settings.py",
        "/static/",
        "/static/css/",
        "/static/..%2fmanage.py",
        "/static/css/../../settings.py",
    ],
)
def test_neither_the_source_nor_a_folder_is_served(db, settings, address):
    assert Client().get(address).status_code == 404
    # The same of the server of static files by itself, which has them before it as on a site.
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    files = WhiteNoiseMiddleware(lambda _: HttpResponse(status=404))
    assert files(RequestFactory().get(address)).status_code == 404
    served = files(RequestFactory().get("/static/css/base.css"))
    assert served.status_code == 200
    served.close()


@pytest.mark.parametrize("disguise", [{"HTTP_X_HTTP_METHOD_OVERRIDE": "POST"}, {"QUERY_STRING": "_method=POST"}])
def test_a_get_in_disguise_stays_a_get(alice, browser, disguise):
    pair = alice.pair()
    assert browser.get(reverse("pause", args=(pair.public_id,)), **disguise).status_code == 405
    assert Pair.objects.get().paused_at is None


@pytest.mark.parametrize("target", EVIL)
def test_signing_in_leads_nowhere_else(db, target):
    make_user("alice")
    for at in ("account_login", "account_logout", "account_signup"):
        client = Client(HTTP_HOST="localhost:8000")
        address = f"{reverse(at)}?next={quote(target)}"
        page = client.get(address)
        assert page.status_code in {200, 302}
        fields = {"login": "alice@hetk.example", "password": PASSWORD, "next": target}
        answer = client.post(address, fields)
        assert _stays(answer.headers.get("Location", "/")), (at, answer.headers["Location"])


@pytest.mark.parametrize("target", [*EVIL, "pair", "dashboard", "account_logout", "no-such-name", "x" * 5000])
def test_a_connection_leads_back_to_a_place_of_ours(sandbox, db, target):
    alice = make_user("alice")
    browser = Browser(alice)
    answer = browser.through("/connect/google/", "alice-gmail", next=target)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")
    assert _stays(answer.headers["Location"])


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "pair", "https:evil.example"])
def test_a_sign_in_by_a_provider_leads_back_to_a_place_of_ours(sandbox, db, target):
    answer = Browser().through("/signin/google/", "alice-gmail", next=target)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")
    assert _stays(answer.headers["Location"])


def _stays(location: str) -> bool:
    """As a browser reads it: backslashes are slashes, tabs and newlines are not there."""
    seen = location.replace("\\", "/")
    for blank in "\t\r\n":
        seen = seen.replace(blank, "")
    parts = urlsplit(seen)
    return not parts.scheme and not parts.netloc and not seen.startswith("//")


@pytest.mark.parametrize("host", ["evil.example", "localhost:8000@evil.example", "localhost.evil.example", "[::1", ""])
def test_a_host_that_is_not_ours_is_refused_everywhere(alice, host):
    client = Client(HTTP_HOST=host) if host else Client(HTTP_HOST=" ")
    for address in ("/", reverse("account_login"), reverse("dashboard"), "/nothing-here/"):
        assert client.get(address).status_code in {400, 404 if address == "/nothing-here/" else 400}
    answer = client.post(reverse("account_reset_password"), {"email": alice.user.email})
    assert answer.status_code == 400


def test_forwarded_hosts_are_not_believed(alice, mailoutbox):
    client = Client(HTTP_HOST="localhost", HTTP_X_FORWARDED_HOST="evil.example", HTTP_FORWARDED="host=evil.example")
    client.post(reverse("account_reset_password"), {"email": alice.user.email})
    assert mailoutbox
    assert "evil.example" not in mailoutbox[0].body


def test_the_way_back_from_a_provider_is_on_the_host_that_the_browser_is_on(sandbox, db):
    location = Browser(make_user("alice")).start("/connect/google/")
    assert query_of(location)["redirect_uri"].startswith("http://localhost:8000/connect/google/callback/")


def test_the_support_desks_own_door_lets_nobody_in_by_a_password_alone(alice):
    alice.user.is_staff = alice.user.is_superuser = True
    alice.user.save()
    client = Client()
    answer = client.post(reverse("admin:login"), {"username": alice.user.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert answer.headers["Location"].split("?")[0] == reverse("account_login")


def test_messages_leave_no_cookie_of_their_own(alice, browser):
    browser.post(reverse("sync_now", args=(alice.pair().public_id,)))
    assert set(browser.cookies) <= {"session", "csrf"}


@pytest.mark.parametrize("name", ["new_looks", "edit"])
def test_pages_that_read_whole_calendars_are_not_asked_for_without_end(alice, charlie, browser_of, name, monkeypatch):
    monkeypatch.setattr("sync.access.ASKS", "3/m/user")
    pair, client = alice.pair(), browser_of(alice)
    address = reverse(name, args=(pair.public_id,)) if name == "edit" else reverse(name)
    said = [client.get(address) for _ in range(4)]
    assert [answer.status_code for answer in said][-2:] in ([200, 429], [302, 429])
    assert said[-1].headers["Retry-After"] == "60"
    assert b"Nothing was changed" in said[-1].content
    assert client.post(reverse("refresh_calendars")).status_code == 429
    # The limit is a person's own, and looking at what stands in the database costs nobody anything.
    assert browser_of(charlie).get(reverse("new_looks")).status_code == 302
    assert client.get(reverse("dashboard")).status_code == 200
