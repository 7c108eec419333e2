"""Every address of the support desk, asked for by everybody: who is let in, that nothing of a person's is shown, that no table is counted."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import Contract, LostFactor, Message, SentMail
from billing import room
from billing.models import Account, StripeEvent
from sync.admin import groups
from sync.admin.acts import KINDS
from sync.admin.rights import MAY, Act, Group
from sync.admin.work import FOR_BILLING, LISTS
from sync.models import Brake, Link, Pair
from tests import factories
from tests.web.household import Household
from tests.web.routes import routes, rows
from tests.web.test_desk_pages import trouble

WORD = "qkanarix"
BOSS, NOBODY = "superuser", ""
STAFF = (*Group, BOSS, NOBODY)
SYNCS, PLANS, EVERY = {"look", "act", BOSS}, {"billing", BOSS}, {"look", "act", "billing", BOSS}
# Model -> who may look at its rows.
ROWS = {
    "accounts_user": EVERY, "accounts_connection": SYNCS, "accounts_lostfactor": SYNCS, "sync_pair": SYNCS, "sync_calendar": SYNCS,
    "sync_link": SYNCS, "billing_account": PLANS, "auth_group": {BOSS},
}  # fmt: skip
# Rows that a superuser makes and changes: who works here. Whatever is a customer's is changed by an act.
MADE_HERE = {"accounts_user": {"add"}, "auth_group": {"add", "delete"}}
# Columns whose words the desk shows: addresses of people and accounts, reasons, states, ids of requests.
SHOWN = {
    "User": {"email", "time_zone"}, "Connection": {"address", "issuer", "subject", "tenant", "scopes"}, "Approval": {"tenant", "address"},
    "LostFactor": {"label"}, "Calendar": {"trouble", "policy_domain", "policy_state"}, "Run": {"trouble"}, "SentMail": {"name"},
    "Activity": {"error", "request_id", "reason"}, "Verification": {"trouble"}, "Link": {"reason"},
    "Account": {"customer", "subscription", "status", "lookup_key"}, "StripeEvent": {"event_id", "type", "customer"},
    "Contract": {"organization", "version", "fingerprint"},
}  # fmt: skip


def canaries() -> int:
    """A word in every text of every row that the desk has no reason to show; how many columns hold it now."""
    planted = 0
    for model in (
        model for app in ("accounts", "sync", "policy", "billing") for model in apps.get_app_config(app).get_models()
    ):
        names = [
            field.name
            for field in model._meta.get_fields()
            if _text(field) and field.name not in SHOWN.get(model.__name__, set())
        ]
        if model.__name__ in {"Chain", "ChainEntry"} or not names:
            continue
        for row in model._default_manager.exclude(pk__in=_staff(model)):
            model._default_manager.filter(pk=row.pk).update(**{name: _word(model, name, row.pk) for name in names})
            planted += len(names)
    return planted


def _text(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField) and not field.choices


def _holds(field: Any, letters: int) -> bool:
    return field.max_length is None or field.max_length >= letters


def _word(model: Any, name: str, number: int) -> str:
    # A pattern for titles is one only with a place for the title.
    return (
        f"{{title}} {WORD}"
        if name == "template"
        else f"{WORD}-{number}"[: model._meta.get_field(name).max_length or 99]
    )


def _staff(model: Any) -> list[int]:
    return list(model.objects.filter(is_staff=True).values_list("pk", flat=True)) if model.__name__ == "User" else []


class Scene:
    """Alice in every trouble at once, and a row of every kind about her."""

    def __init__(self, alice: Household) -> None:
        self.alice, now = alice, timezone.now()
        self.pair = trouble(alice)
        self.lost = LostFactor.objects.create(user=alice.user, asked_at=now, due_at=now, label="Firefox on Linux")
        Contract.objects.create(
            user=alice.user, organization="Northwind", post="x", version="2026-11-26", fingerprint="f" * 64, text="x"
        )
        SentMail.objects.create(user=alice.user, name="connection-halted", taken=True)
        account = room.account_of(alice.user)
        Account.objects.filter(pk=account.pk).update(customer="cus_1", granted_plan="personal")
        StripeEvent.objects.create(event_id="evt_1", type="invoice.paid", customer="cus_1")
        StripeEvent.objects.update(received_at=now - timedelta(hours=1))
        self.rows = {
            "accounts_user": alice.user.pk, "accounts_connection": alice.google.pk, "accounts_lostfactor": self.lost.pk,
            "sync_pair": self.pair.pk, "sync_calendar": alice.work.pk, "sync_link": Link.objects.filter(state="parked")[0].pk,
            "billing_account": account.pk,
        }  # fmt: skip

    def staff(self, role: str) -> Client:
        groups.keep()
        client = factories.desk(f"{role or 'nobody'}@works.example", group=None if role == BOSS else role)
        self.rows["auth_group"] = apps.get_model("auth.Group").objects.values_list("pk", flat=True).first() or 0
        return client

    def table(self) -> Iterator[tuple[str, str, set[str]]]:
        """(name of the route, address, who gets it): every address of the desk."""
        who = self.alice.user.pk
        yield "customer", reverse("admin:customer", args=(who,)), EVERY
        for act, kind in KINDS.items():
            row = {Pair: self.pair.pk, Brake: Brake.objects.get().pk, LostFactor: self.lost.pk}.get(kind.on, who)
            yield "customer_act", reverse("admin:customer_act", args=(who, act.value, row)), {MAY[act], BOSS}
        yield "work", reverse("admin:work"), EVERY
        yield "health", reverse("admin:health"), EVERY
        for key in LISTS:
            yield "work_list", reverse("admin:work_list", args=(key,)), EVERY if key in FOR_BILLING else SYNCS
        for word in ("northwind.example", "req-4711"):
            yield "find", f"{reverse('admin:find')}?q={word}", EVERY
        for name, roles in {
            "index": {*EVERY, NOBODY},
            "jsi18n": {*EVERY, NOBODY},
            "password_change_done": {*EVERY, NOBODY},
        }.items():
            yield name, reverse(f"admin:{name}"), roles
        # It is posted to; whose word counts there, `tests/web/test_contact.py` asks.
        yield "message_done", reverse("admin:message_done", args=(1,)), set()
        for name in ("login", "logout", "password_change", "autocomplete"):
            yield name, reverse(f"admin:{name}"), set()
        yield "view_on_site", reverse("admin:view_on_site", args=(1, who)), set()
        yield "auth_user_password_change", reverse("admin:auth_user_password_change", args=(who,)), set()
        for app in ("auth", "accounts", "sync", "billing"):
            roles = set().union(*(seen for model, seen in ROWS.items() if model.startswith(app)))
            yield "app_list", reverse("admin:app_list", args=(app,)), roles
        for model, seen in ROWS.items():
            yield from self._rows(model, seen)

    def _rows(self, model: str, seen: set[str]) -> Iterator[tuple[str, str, set[str]]]:
        number = self.rows.get(model, 0)
        narrowed = (
            f"?q={self.pair.public_id}&_facets=True&all=1&p=2"
            if model.startswith("sync")
            else "?q=alice&_facets=True&all=1&p=2"
        )
        yield f"{model}_changelist", reverse(f"admin:{model}_changelist"), seen
        yield f"{model}_changelist", reverse(f"admin:{model}_changelist") + narrowed, seen
        for what in ("change", "history"):
            yield f"{model}_{what}", reverse(f"admin:{model}_{what}", args=(number,)), seen
        for what, args in (("add", ()), ("delete", (number,))):
            yield (
                f"{model}_{what}",
                reverse(f"admin:{model}_{what}", args=args),
                {BOSS} if what in MADE_HERE.get(model, ()) else set(),
            )


@pytest.fixture
def scene(alice: Household) -> Scene:
    return Scene(alice)


def test_every_address_of_the_desk_is_known_here(scene: Scene) -> None:
    known = {f"admin:{name}" for name, _, _ in scene.table()} | {"admin:None"}
    assert {name for name, _ in routes() if name.startswith("admin:")} == known


@pytest.mark.parametrize("role", STAFF, ids=lambda role: role or "in-no-group")
def test_each_role_gets_its_own_pages_and_reads_nothing_there_that_is_the_customers(scene: Scene, role: str) -> None:
    client = scene.staff(role)
    assert canaries() > 60
    wrong, shown, counted = [], [], []
    for name, address, roles in scene.table():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        if (answer.status_code == 200) is not (role in roles) or answer.status_code not in {200, 302, 403, 404, 405}:
            wrong.append((address, answer.status_code))
        shown += [address] if WORD in answer.content.decode() else []
        counted += [(address, query["sql"]) for query in queries if _counts(query["sql"], name)]
    assert (wrong, shown, counted) == ([], [], [])


def _counts(sql: str, route: str) -> bool:
    """A table is counted. How the whole installation stands is a page of figures; those of big tables are none of them."""
    words = sql.upper()
    # The copies of one person's syncs are counted by the index of their directions.
    big = any(f'FROM "{table}"' in sql for table in BIG) and '"pair_id" IN' not in sql
    return "COUNT(" in words and (big or ("COUNT(*)" in words and route != "health"))


BIG = ("sync_link", "sync_activity", "sync_run", "accounts_chainentry")


@pytest.mark.parametrize("role", [BOSS, "act", "customer"])
def test_nobody_changes_a_row_of_a_customer_but_by_an_act(scene: Scene, role: str) -> None:
    client = _signed_in(scene) if role == "customer" else scene.staff(role)
    before, refused = _kept(), set()
    for name, address, _ in scene.table():
        if name in {"customer_act", "message_done", "login", "logout"} or name.startswith("auth_group"):
            continue
        refused.add(
            client.post(address, {**POSTED, "_selected_action": scene.rows.get(name.rpartition("_")[0], 0)}).status_code
        )
    assert refused <= {200, 302, 403, 404, 405}
    assert _kept() == before


POSTED = {
    "action": "delete_selected", "post": "yes", "email": "other@x.example", "is_active": "", "time_zone": "Asia/Tokyo", "is_superuser": "on",
    "granted_plan": "professional", "granted_until_0": "2030-01-01", "trial_ends_at_0": "2030-01-01", "paused_at_0": "2026-01-01",
    "old_password": factories.PASSWORD, "new_password1": "another long pass phrase", "new_password2": "another long pass phrase",
    "password1": "another long pass phrase", "password2": "another long pass phrase", "address": "other@x.example", "done_at_0": "2026-01-01",
}  # fmt: skip


def _signed_in(scene: Scene) -> Client:
    client = Client()
    factories.sign_in(client, scene.alice.user, factor=factories.passkey(scene.alice.user))
    return client


def _kept() -> dict[str, Any]:
    """All rows but what looking leaves behind, and people whom a superuser has just added."""
    return {
        key: row
        for key, row in rows().items()
        if not key.startswith(("accounts.Chain", "admin.", "accounts.User:")) or _alices(row)
    }


def _alices(row: dict[str, Any]) -> bool:
    return row.get("email") == "alice@hetk.example"


def test_an_act_by_who_works_in_no_group_or_not_here_is_refused_and_does_nothing(scene: Scene) -> None:
    nobody, customer, before = scene.staff(NOBODY), _signed_in(scene), _kept()
    said = {"reason": "They asked for it by mail", "until": "2030-01-01", "plan": "personal", "copies": "leave"}
    acts = {address for name, address, _ in scene.table() if name == "customer_act"}
    assert len(acts) == len(Act)
    for address in acts:
        # Who does not work here is sent to the people's own door, which refuses them.
        assert [client.post(address, said).status_code for client in (nobody, customer, Client())] == [403, 302, 302]
    assert _kept() == before


def test_rights_at_the_desk_are_given_with_a_reason_that_is_told_by_who_has_shown_a_passkey(scene: Scene) -> None:
    worker, boss = factories.make_user("worker"), scene.staff(BOSS)
    address = reverse("admin:accounts_user_change", args=(worker.pk,))
    assert "They read this" in boss.get(address).content.decode()
    boss.post(address, {"is_staff": "on"})
    worker.refresh_from_db()
    assert worker.is_staff is False
    boss.post(
        address,
        {"is_staff": "on", "reason": "Works at the desk from today", "is_active": "", "time_zone": "Asia/Tokyo"},
    )
    worker.refresh_from_db()
    assert (worker.is_staff, worker.is_active, worker.time_zone) == (True, True, "UTC")
    [entry] = [one for one in audit.entries_of(worker) if one.act == "staff-changed"]
    assert audit.personal_of(entry)["reason"] == "Works at the desk from today"
    other = factories.make_user("other-boss", is_staff=True, is_superuser=True)
    by_digits = Client()
    factories.sign_in(by_digits, other, factor=factories.authenticator_app(other))
    assert by_digits.post(address, {"reason": "Works here no more"}).status_code == 403


def test_whatever_stands_in_what_the_desk_shows_is_text_there(scene: Scene) -> None:
    """Addresses, reasons and companies are typed by others; a message of the contact form by anybody."""
    client, markup = scene.staff(BOSS), f"<i>{WORD}"
    Message.objects.create(address="a@x.example", topic="other", text=markup)
    for name, columns in SHOWN.items():
        (model,) = [model for model in apps.get_models() if model.__name__ == name]
        texts = columns & {field.name for field in model._meta.get_fields() if _text(field) and _holds(field, 32)}
        texts -= {"time_zone", "event_id", "type", "name", "status", "lookup_key", "customer"}
        for row in model._default_manager.exclude(pk__in=_staff(model)):
            model._default_manager.filter(pk=row.pk).update(**dict.fromkeys(texts, f"{markup}{row.pk}"))
    read = ("customer", "work", "find", "_changelist", "_change")
    pages = [address for name, address, _ in scene.table() if name.endswith(read)]
    answers = {page: client.get(page).content.decode() for page in pages}
    assert [page for page, html in answers.items() if markup in html] == []
    assert sum(f"&lt;i&gt;{WORD}" in html for html in answers.values()) > 5


def test_no_list_is_narrowed_by_a_column_that_it_does_not_show(scene: Scene) -> None:
    """Or it would tell, letter by letter, whatever it hides."""
    client, open_ones = scene.staff("act"), []
    for model in ("accounts.User", "accounts.Connection", "sync.Pair", "sync.Calendar", "sync.Link"):
        shown = reverse(f"admin:{model.lower().replace('.', '_')}_changelist")
        for field in (field for field in apps.get_model(model)._meta.get_fields() if _text(field)):
            for how in ("startswith", "regex", "exact"):
                answer = client.get(shown, {f"{field.name}__{how}": "q", "q": str(scene.pair.public_id)})
                open_ones += [f"{model}.{field.name}__{how}"] if answer.status_code != 400 else []
    assert open_ones == []
    assert client.get(reverse("admin:sync_link_changelist"), {"state__exact": "parked"}).status_code == 200


def test_lists_go_on_page_by_page_without_a_number(scene: Scene) -> None:
    for number in range(130):
        factories.make_user(f"more-{number:03}")
    client, address = scene.staff("look"), reverse("admin:accounts_user_changelist")
    first, second = (client.get(f"{address}?p={number}").content.decode() for number in (1, 2))
    assert ("more-000@" in first, "more-120@" in first, "and more users" in first) == (True, False, True)
    assert ("more-000@" in second, "more-120@" in second, "and more" in second) == (False, True, False)
    for strange in ("x", "0", "-1", "9" * 30, "99999"):
        assert client.get(f"{address}?p={strange}", follow=True).status_code == 200, strange
