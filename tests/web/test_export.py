"""The export of an account: all that is held about a person, nobody else's, and not one secret."""

import json
import re
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import ForeignKey, Model
from django.test import Client

from accounts import audit, export, inbox
from accounts.audit import Act
from accounts.message import Message
from accounts.models import Connection, User
from tests.factories import PASSWORD
from tests.house.source import ROOT
from tests.web.household import act, audited, receipt

DOWNLOAD = "/settings/data/download/"
# Tables that lead to a person by a second way only, which says nothing about whose the row is.
BY_THE_WAY: set[str] = set()


def exported(user: User) -> dict[str, Any]:
    return json.loads("".join(export.document(user)))


def leads_to_a_person(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    if model is User:
        return True
    ways = [f.related_model for f in model._meta.concrete_fields if isinstance(f, ForeignKey)]
    return any(leads_to_a_person(way, seen | {model}) for way in ways if isinstance(way, type) and way not in seen)


def test_every_table_with_rows_of_a_persons_is_exported():
    tables = {model._meta.label for model in apps.get_models() if leads_to_a_person(model)}
    assert tables - BY_THE_WAY == set(export.OWN)


def test_every_field_that_opens_something_is_held_back():
    sections = re.split(r"^### ", (ROOT / "docs/data.md").read_text(), flags=re.MULTILINE)[1:]
    told = {
        (section.split("\n", 1)[0].strip(), name)
        for section in sections
        for row in re.findall(r"^\| (`.*?) \| credential", section, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    held = {(table.split(".")[1], name) for table, names in export.SECRET.items() for name in names}
    assert told
    assert told - held == set()


def test_an_export_holds_a_row_of_everything_that_is_the_persons(alice):
    pair = alice.pair()
    act(pair), audited(pair), receipt(pair, "stripped"), alice.brake(pair)
    audit.record(alice.user, Act.SIGNED_IN, personal={"network": "203.0.113.0/24"})
    tables = exported(alice.user)["tables"]
    for table in (
        "accounts.User",
        "accounts.Connection",
        "account.EmailAddress",
        "sync.Calendar",
        "sync.Pair",
        "sync.Flow",
    ):
        assert tables[table], table
    for table in (
        "sync.Link",
        "sync.Activity",
        "sync.Brake",
        "sync.Verification",
        "sync.Receipt",
        "accounts.ChainEntry",
    ):
        assert tables[table], table
    assert tables["accounts.User"][0]["email"] == alice.user.email
    assert tables["accounts.ChainEntry"][0]["personal"] == {"network": "203.0.113.0/24"}
    assert {row["name"] for row in tables["sync.Calendar"]} == {"Work", "Home"}


def test_an_export_holds_nothing_of_somebody_else(alice, charlie):
    charlie.pair()
    text = json.dumps(exported(alice.user))
    assert "charlie" not in text
    for row in Connection.objects.filter(user=charlie.user):
        assert str(row.public_id) not in text


def test_an_export_holds_no_secret(alice):
    text = json.dumps(exported(alice.user))
    connection = Connection.objects.get(pk=alice.google.pk)
    assert connection.grant
    assert connection.grant not in text
    assert alice.user.password not in text
    assert exported(alice.user)["tables"]["accounts.Connection"][0]["grant"] == export.HELD


def test_the_download_asks_for_a_fresh_sign_in(alice):
    client = Client()
    client.force_login(alice.user)
    answer = client.post(DOWNLOAD)
    assert answer.status_code == 302
    assert "/reauthenticate/" in answer["Location"]


def fresh(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_who_has_just_signed_in_downloads_everything_and_it_is_told_in_the_history(alice, settings):
    client = fresh(alice.user)
    answer = client.post(DOWNLOAD)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert json.loads(answer.getvalue())["account"] == alice.user.email
    assert [entry.act for entry in audit.entries_of(alice.user)][-1] == Act.EXPORTED


def test_downloads_are_counted(alice):
    client = fresh(alice.user)
    answers = [client.post(DOWNLOAD) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["Retry-After"]


def test_it_is_asked_for_by_post(alice):
    assert fresh(alice.user).get(DOWNLOAD).status_code == 405


def test_an_address_that_belongs_to_the_account_is_told(alice):
    EmailAddress.objects.create(user=alice.user, email="second@hetk.example")
    assert "second@hetk.example" in json.dumps(exported(alice.user))


def test_what_came_by_the_contact_form_from_a_confirmed_address_is_told_and_from_any_other_is_not(alice, charlie):
    EmailAddress.objects.create(user=alice.user, email="second@hetk.example", verified=True)
    EmailAddress.objects.create(user=alice.user, email="unproved@hetk.example")
    for number, (user, address) in enumerate(
        [
            (None, alice.user.email.upper()),
            (None, "second@hetk.example"),
            (alice.user, "elsewhere@hetk.example"),
            (None, "unproved@hetk.example"),
            (None, "nobody@hetk.example"),
            # Who was signed in is known, whatever address they typed.
            (charlie.user, alice.user.email),
        ]
    ):
        Message.objects.create(user=user, address=address, topic="sync", text=f"words {number}")
    told = [row["text"] for row in exported(alice.user)["tables"]["accounts.Message"]]
    assert told == ["words 0", "words 1", "words 2"]
    inbox.forget_of(alice.user)
    assert set(Message.objects.values_list("text", flat=True)) == {"words 2", "words 3", "words 4", "words 5"}
