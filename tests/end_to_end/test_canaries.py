"""Strings that stand nowhere else go through the whole product; afterwards they are looked for in everything that stays behind."""

import gzip
import io
import logging
import logging.config
import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from accounts import export, vault
from accounts.models import Connection, User
from sync import pairs, tasks
from sync.core.plan import Planner
from sync.models import Activity, Brake, Calendar, Pair, Run
from tests.accounts.browser import Browser, answer
from tests.end_to_end.scene import OPEN, Scene, in_hours
from tests.factories import desk

# Letters that no base64 and no id contains in this order by chance.
WORD = "qkanarix"
NOISY = ("", "urllib3", "msal", "requests", "google", "django", "allauth", "hetk", "sync", "accounts")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged by anybody, at its most talkative, written as Hetk writes it; the database's own echo left out."""
    written, kept = io.StringIO(), {name: logging.getLogger(name).level for name in NOISY}
    handler = logging.StreamHandler(written)
    # A copy: making the formatter takes its class out of the settings.
    line = {**settings.LOGGING["formatters"]["line"]}
    handler.setFormatter(logging.config.DictConfigurator(settings.LOGGING).configure_formatter(line))
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)
    for name, level in kept.items():
        logging.getLogger(name).setLevel(level)


def fill(scene: Scene, calendar: Calendar, where: str, count: int = 4) -> list[str]:
    said = {
        "location": f"{WORD}-place-{where}",
        "description": f"{WORD}-text-{where}",
        "attendees": [f"{WORD}-guest-{where}@guests.example"],
    }
    return [scene.create(calendar, f"{WORD}-title-{where}-{n}", hours=30 + 3 * n, **said) for n in range(count)]


class Walk:
    """Alice signs in, connects, makes a pair, and everything goes wrong once."""

    def __init__(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scene, self.monkeypatch = scene, monkeypatch
        self.codes: list[str] = []
        self.tokens: set[str] = set()
        self.answers: list[Any] = []
        self.browser = Browser()
        self.browser.raise_request_exception = False

    def enter(self) -> None:
        self._through("/signin/google/", "alice-gmail")
        self.user = User.objects.get(email="alice.tamm@gmail.example")
        self.browser.post("/terms/accept/", {"version": settings.TERMS_VERSION})
        self._through("/connect/microsoft/", "alice-northwind")
        people = {"google": "alice-gmail", "microsoft": "alice-northwind"}
        self.scene.people = {row.pk: people[row.kind] for row in self.user.connections.all()}
        self.home = Calendar.objects.get(connection__kind="google", primary=True)
        self.work = Calendar.objects.get(connection__kind="microsoft", primary=True)

    def _through(self, path: str, person: str) -> None:
        back = answer(self.browser.start(path), person)
        self.codes.append(back.partition("code=")[2].partition("&")[0])
        assert self.browser.come_back(back).status_code == 302
        self.note_tokens()

    def note_tokens(self) -> None:
        for row in Connection.objects.all():
            for field in ("grant", "access"):
                if sealed := getattr(row, field):
                    self.tokens.add(vault.open_sealed(sealed, bound_to=f"connection:{row.public_id}:{field}"))

    def wizard(self) -> None:
        first, second = str(self.home.public_id), str(self.work.public_id)
        self.browser.post(reverse("new_pair"), {"first": first, "second": second, "direction": "two"})
        page = self.browser.get(reverse("new_looks"))
        # The example is shown, so what follows has had its chance to leave it somewhere.
        assert WORD in page.content.decode()
        sides = {side.form.prefix: side for side in page.context["sides"]}
        said = {f"{side}-event": sides[side].sealed for side in sides} | {f"{side}-show_as": "keep" for side in sides}
        said |= {"out-private": "no", "back-private": "yes", "side": "out", "out-from": first, "out-to": second}
        assert WORD in self.browser.post(reverse("picture"), said).content.decode()
        assert self.browser.post(reverse("new_looks"), said).status_code == 302
        self._shows(reverse("new_review") + "?count=1")
        assert self.browser.post(reverse("new_review")).status_code == 302
        self.pair = Pair.objects.get()

    def change(self) -> None:
        """As far as the review, which lists what would change, and no further."""
        address = (self.pair.public_id,)
        said = {"direction": "two", "out-private": "yes", "out-show_as": "keep"}
        said |= {"back-private": "no", "back-show_as": "keep"}
        assert self.browser.post(reverse("edit", args=address), said).status_code == 302
        self._shows(reverse("edit_review", args=address) + "?count=1")

    def explain(self) -> None:
        """The day of the first event is looked up, by the person and, without titles, by whoever runs Hetk."""
        self.user.refresh_from_db()
        day = in_hours(30).astimezone(ZoneInfo(self.user.time_zone)).date()
        self._shows(f"{reverse('explain')}?calendar={self.home.public_id}&day={day}")
        told = io.StringIO()
        call_command("explain", str(self.pair.public_id), "--plan", stdout=told)
        assert "Copied to the other calendar" in told.getvalue()
        assert WORD not in told.getvalue()

    def _shows(self, address: str) -> None:
        """A page that names events, for the person alone."""
        answer = self.browser.get(address)
        assert WORD in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"

    def sync(self) -> None:
        self.scene.sync()
        self.scene.let_pauses_end()
        self.scene.sync()

    def break_things(self) -> None:
        def fail(*_: Any, **__: Any) -> Any:
            try:
                raise KeyError(f"{WORD}-quoted")
            except KeyError as error:
                raise ValueError(f"{WORD}-quoted {sorted(self.tokens)}") from error

        with self.monkeypatch.context() as patch:
            patch.setattr(Planner, "plan", fail)
            self.scene.create(self.home, f"{WORD}-title-broken", hours=70)
            self.scene.sync()
        with self.monkeypatch.context() as patch:
            patch.setattr("sync.example.after", fail)
            self.browser.post(
                reverse("new_pair"), {"first": str(self.work.public_id), "second": self._other(), "direction": "one"}
            )
            broken = self.browser.get(reverse("new_looks"))
            assert broken.status_code == 500
            self.answers.append(broken)
        self.scene.let_pauses_end()
        self.scene.sync()

    def _other(self) -> str:
        row = Calendar.objects.create(connection=self.work.connection, remote_id="other", name="Other")
        return str(row.public_id)

    def refuse(self) -> None:
        """A provider that quotes the event in its refusal."""
        quote = {
            "error": {
                "code": "ErrorInvalid",
                "message": f"{WORD}-echo",
                "errors": [{"reason": "invalid", "message": f"{WORD}-echo"}],
            }
        }
        for host in ("graph.microsoft.com", "www.googleapis.com"):
            self.scene.sandbox.faults(host, times=20, status=400, body=quote, method="POST")
        fill(self.scene, self.home, "late", 2)
        for _ in range(4):
            self.sync()
        assert Activity.objects.filter(act="failed").exists() or Run.objects.exclude(trouble="").exists()
        self.scene.sandbox.clear_faults()
        self.sync()

    def lose(self, ids: list[str]) -> None:
        """So many deletions that they are asked about, then an account that is revoked."""
        for id in ids:
            self.scene.hand(self.home, "delete", id=id)
        self.sync()
        tasks.ask_about_brakes()
        self.note_tokens()
        self.scene.sandbox.revoke("alice-northwind")
        self.sync()
        assert Connection.objects.exclude(halted_at=None).exists()


def everything(walk: Walk, log: io.StringIO) -> dict[str, str]:
    """Place -> all that stands in it, as text."""
    found = {"log": log.getvalue(), "mails": str(walk.scene.sandbox.mailbox()), "cache": _cached()}
    found["rows"] = "\n".join(
        str(row) for model in apps.get_models() if model._meta.managed for row in model._default_manager.values()
    )
    found["sessions"] = "\n".join(str(row.get_decoded()) for row in Session.objects.all())
    found["dump"] = _dump()
    for place in ("dashboard", "activity", "security_history", "own_data", "security", "connections", "settings"):
        walk.answers.append(walk.browser.get(reverse(place)))
    for place in ("pair", "edit", "pair_activity", "end"):
        if place != "edit":
            walk.answers.append(walk.browser.get(reverse(place, args=(walk.pair.public_id,))))
    found["pages"] = "\n".join(_text(answer) for answer in walk.answers)
    found["export"] = "".join(export.document(walk.user))
    found["support desk"] = "\n".join(_support_desk())
    return found


def _dump() -> str:
    """Every table of the database, those that no model knows of included."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as database:
            return "\n".join(database.iterdump())
    with connection.cursor() as cursor:
        cursor.execute("SELECT database_to_xml(true, false, '')")
        return str(cursor.fetchone()[0])


def _text(answer: Any) -> str:
    body = gzip.decompress(answer.content) if answer.headers.get("Content-Encoding") == "gzip" else answer.content
    return f"{answer.headers}\n{answer.cookies}\n{body.decode()}"


def _cached() -> str:
    kept = getattr(cache, "_cache", {})
    return str([pickle.loads(value) for value in kept.values()])


def _support_desk() -> Iterator[str]:
    client = desk()
    yield _text(client.get(reverse("admin:work")))
    for user in User.objects.all():
        yield _text(client.get(reverse("admin:customer", args=(user.pk,))))
        yield _text(client.get(reverse("admin:find"), {"q": user.email}))
    for pair in Pair.objects.all():
        yield _text(client.get(reverse("admin:sync_link_changelist"), {"q": str(pair.public_id)}))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield _text(client.get(reverse(f"{name}_changelist")))
        for row in model._default_manager.all()[:5]:
            yield _text(client.get(reverse(f"{name}_change", args=(row.pk,))))


def test_no_content_and_no_secret_stays_behind_anywhere(scene: Scene, log: io.StringIO, monkeypatch) -> None:
    walk = Walk(scene, monkeypatch)
    walk.enter()
    ids = fill(scene, walk.home, "home", 14)
    fill(scene, walk.work, "work")
    walk.wizard()
    walk.sync()
    assert any(WORD in event["title"] for event in scene.events(walk.work) if event["is_copy"])
    walk.change()
    walk.explain()
    walk.break_things()
    walk.refuse()
    walk.lose(ids)
    # The walk has been where it should.
    assert Activity.objects.exists()
    assert Run.objects.exists()
    assert Brake.objects.exists()
    assert len(scene.sandbox.mailbox()) >= 2
    assert "ValueError" in log.getvalue()
    places = everything(walk, log)
    found = {place: [line for line in text.splitlines() if WORD in line][:3] for place, text in places.items()}
    assert {place: lines for place, lines in found.items() if lines} == {}
    secrets = {
        *walk.tokens,
        *walk.codes,
        settings.GOOGLE_CLIENT_SECRET,
        settings.MICROSOFT_CLIENT_SECRET,
        settings.SECRET_KEY,
    }
    secrets |= {key.partition(":")[2] for key in (*settings.VAULT_KEYS, *settings.MARK_KEYS)}
    assert all(len(secret) > 12 for secret in secrets)
    assert len(walk.tokens) >= 4
    assert {(place, secret) for place, text in places.items() for secret in secrets if secret in text} == set()


def test_a_page_that_shows_an_event_is_kept_by_no_cache(scene: Scene, monkeypatch) -> None:
    walk = Walk(scene, monkeypatch)
    walk.enter()
    fill(scene, walk.home, "home", 1)
    walk.wizard()
    assert walk.browser.get(reverse("edit", args=(walk.pair.public_id,))).headers["Cache-Control"] == "no-store"
    pairs.edit(pair=walk.pair, out=OPEN, back=None)
    assert walk.browser.get(reverse("new_pair")).headers["Cache-Control"] == "no-store"
