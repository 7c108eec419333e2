"""Who at the support desk may do what, act by act; what is done needs a reason and is told to the customer."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group as Row
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import audit, lost
from accounts.models import Deletion, LostFactor, SentMail, User
from billing import room
from billing.models import Account
from sync.admin import groups
from sync.admin.acts import KINDS
from sync.admin.rights import MAY, SEES, Act, Group
from sync.models import Brake, Pair, Verification
from tests import factories
from tests.web.household import Household
from tests.web.routes import rows

REASON = "They asked for it by mail"
OF_ACT = {
    Act.SYNC_NOW, Act.PAUSE, Act.RESUME, Act.VERIFY, Act.FIND_AGAIN, Act.RELEASE, Act.RESTORE, Act.RESEND, Act.END_SESSIONS,
    Act.REMOVE_FACTORS, Act.DELETE,
}  # fmt: skip
OF_BILLING = {Act.EXTEND_TRIAL, Act.GRANT_PLAN, Act.TAKE_PLAN}
# What the customer reads of each.
WORDS = {
    Act.SYNC_NOW: "Had a sync look at its calendars", Act.PAUSE: "Paused a sync", Act.RESUME: "Resumed a sync",
    Act.VERIFY: "Had a sync verified", Act.RELEASE: "Let held deletions go", Act.END_SESSIONS: "Ended all sessions",
    Act.RESTORE: "Kept copies whose deletion was held", Act.DELETE: "Began the deletion of the account",
    Act.EXTEND_TRIAL: "Trial extended", Act.GRANT_PLAN: "Plan granted", Act.TAKE_PLAN: "Plan taken back",
    Act.FIND_AGAIN: "Had the copies of a sync found again", Act.RESEND: "Sent a mail again",
    Act.REMOVE_FACTORS: "Removed the second factors",
}  # fmt: skip


def said(**more: str) -> dict[str, str]:
    ahead = (timezone.now() + timedelta(days=60)).date().isoformat()
    held = Brake.objects.values_list("pk", flat=True).first()
    return {"reason": REASON, "until": ahead, "plan": "personal", "copies": "leave", "mail": f"held-{held}", **more}


def place(alice: Household, act: Act) -> str:
    """Its address, about something that it can be done to."""
    pair = alice.pair()
    if act is Act.RESUME:
        Pair.objects.update(paused_at=timezone.now())
    if act is Act.TAKE_PLAN:
        Account.objects.filter(pk=room.account_of(alice.user).pk).update(granted_plan="professional")
    begun = timezone.now() - lost.WAIT - timedelta(hours=1)
    phone = LostFactor.objects.create(user=alice.user, asked_at=begun, due_at=begun + lost.WAIT, label="Firefox")
    row = {Pair: pair, Brake: alice.brake(pair), User: alice.user, LostFactor: phone}[KINDS[act].on]
    return reverse("admin:customer_act", args=(alice.user.pk, act.value, row.pk))


def done(act: Act, alice: Household) -> bool:
    pair, brake = Pair.objects.get(), Brake.objects.get()
    account = room.account_of(alice.user)
    return {
        Act.SYNC_NOW: pair.first.due_at is not None and pair.second.due_at is not None,
        Act.PAUSE: pair.paused_at is not None,
        Act.RESUME: pair.paused_at is None,
        Act.VERIFY: Verification.objects.filter(pair=pair, asked_by__email="support@hetk.example").exists(),
        Act.FIND_AGAIN: {side.read_seq for side in (pair.first, pair.second)} == {1},
        Act.RESEND: [letter.to for letter in mail.outbox] == [[alice.user.email]],
        Act.REMOVE_FACTORS: LostFactor.objects.get().done_at is not None,
        Act.TAKE_PLAN: account.granted_plan == "",
        Act.RELEASE: brake.decision == "release",
        Act.RESTORE: brake.decision == "restore",
        Act.END_SESSIONS: not UserSession.objects.filter(user=alice.user).exists(),
        Act.DELETE: Deletion.objects.filter(user=alice.user, copies="leave").exists(),
        Act.EXTEND_TRIAL: account.trial_ends_at > timezone.now() + timedelta(days=59),
        Act.GRANT_PLAN: (account.granted_plan, account.granted_until is not None) == ("personal", True),
    }[act]


def entries(user: User) -> list[tuple[str, str]]:
    found = [entry for entry in audit.entries_of(user) if entry.act == "staff-changed"]
    return [(entry.facts["what"], audit.personal_of(entry).get("reason", "")) for entry in found]


def test_the_table_is_what_was_agreed_and_nothing_is_left_out():
    assert {act for act, group in MAY.items() if group is Group.ACT} == OF_ACT
    assert {act for act, group in MAY.items() if group is Group.BILLING} == OF_BILLING
    assert set(MAY) == set(Act) == set(KINDS)


@pytest.mark.parametrize("act", KINDS, ids=lambda act: act.value)
def test_an_act_is_open_to_its_own_group_alone_and_told_with_its_reason(alice, act):
    UserSession.objects.create(user=alice.user, ip="192.0.2.7", session_key="alices", user_agent="alice")
    address, room_ = place(alice, act), room.account_of(alice.user)
    assert room_ is not None
    assert not done(act, alice)
    before = rows()
    for group in {"", *Group} - {MAY[act]}:
        client = factories.desk(f"{group or 'nobody'}@hetk.example", group=group)
        before = before | {key: row for key, row in rows().items() if key not in before}
        assert (client.get(address).status_code, client.post(address, said()).status_code) == (403, 403), group
    assert {key: row for key, row in rows().items() if key in before} == before
    assert entries(alice.user) == []
    client = factories.desk(group=MAY[act].value)
    assert REASON not in client.get(address).content.decode()
    answer = client.post(address, said())
    assert answer.headers["Location"] == reverse("admin:customer", args=(alice.user.pk,))
    assert done(act, alice)
    assert [(what.capitalize(), reason) for what, reason in entries(alice.user)] == [(WORDS[act], REASON)]


def test_the_customer_reads_what_was_done_and_why(alice, browser):
    factories.desk(group="act").post(place(alice, Act.PAUSE), said())
    html = browser.get(reverse("security_history")).content.decode()
    assert "Support changed your account" in html
    assert f"Paused a sync, {REASON}" in html


@pytest.mark.parametrize("act", [Act.PAUSE, Act.DELETE, Act.EXTEND_TRIAL, Act.GRANT_PLAN], ids=lambda act: act.value)
@pytest.mark.parametrize("reason", ["", "short"])
def test_without_a_reason_nothing_is_done(alice, act, reason):
    address, client = place(alice, act), factories.desk()
    room.account_of(alice.user)
    before = rows()
    assert client.post(address, said(reason=reason)).status_code == 200
    assert rows() == before


def test_what_cannot_be_done_is_said_and_told_to_nobody(alice):
    client = factories.desk(group="act")
    address = place(alice, Act.RESUME)
    Pair.objects.update(paused_at=None)
    answer = client.post(address, said())
    assert "there is nothing to resume. Nothing was done." in answer.content.decode()
    assert entries(alice.user) == []


def test_a_plan_that_is_full_keeps_the_desk_from_resuming_too(alice, settings):
    settings.BILLING = True
    client, address = factories.desk(group="act"), place(alice, Act.RESUME)
    account = room.account_of(alice.user)
    account.trial_ends_at = timezone.now() - timedelta(days=90)
    account.save()
    assert "Your plan has ended" in client.post(address, said()).content.decode()
    assert Pair.objects.get().paused_at is not None
    assert entries(alice.user) == []


def test_a_question_that_was_answered_is_not_answered_again(alice):
    client, address = factories.desk(group="act"), place(alice, Act.RELEASE)
    Brake.objects.update(decided_at=timezone.now(), decision="restore")
    assert client.post(address, said()).status_code == 404
    assert Brake.objects.get().decision == "restore"


def test_nobody_acts_for_their_own_account(alice):
    alice.user.is_staff = alice.user.is_superuser = True
    alice.user.save()
    client = Client()
    factories.sign_in(client, alice.user, factor=factories.passkey(alice.user))
    answer = client.post(place(alice, Act.GRANT_PLAN), said())
    assert "This is your own account" in answer.content.decode()
    assert room.account_of(alice.user).granted_plan == ""


def test_what_belongs_to_somebody_else_is_not_reached_through_a_customer(alice, charlie):
    pair, client = charlie.pair(), factories.desk()
    for act, row in ((Act.PAUSE, pair.pk), (Act.RELEASE, charlie.brake(pair).pk), (Act.DELETE, charlie.user.pk)):
        address = reverse("admin:customer_act", args=(alice.user.pk, act.value, row))
        assert client.post(address, said()).status_code == 404, act
    assert client.get(f"/admin/customer/{alice.user.pk}/no-such-act/{alice.user.pk}/").status_code == 404
    assert Pair.objects.get().paused_at is None


def test_a_day_that_is_over_or_beyond_all_reason_gives_no_plan(alice):
    client = factories.desk(group="billing")
    for day, words in (("2020-01-01", "That day is not ahead."), ("9999-12-31", "more than ten years ahead")):
        assert words in client.post(place(alice, Act.GRANT_PLAN), said(until=day)).content.decode()
    assert room.account_of(alice.user).granted_plan == ""


def test_no_list_takes_a_second_factor_away(alice):
    begun = timezone.now() - lost.WAIT - timedelta(hours=1)
    row = LostFactor.objects.create(user=alice.user, asked_at=begun, due_at=begun + lost.WAIT, label="Firefox")
    chosen = {"action": "remove_factors", "_selected_action": row.pk}
    for group in Group:
        factories.desk(f"{group}@hetk.example", group=group).post("/admin/accounts/lostfactor/", chosen)
    row.refresh_from_db()
    assert row.done_at is None


@pytest.mark.parametrize("act", [Act.PAUSE, Act.GRANT_PLAN, Act.DELETE], ids=lambda act: act.value)
def test_whoever_acts_for_others_shows_a_passkey_and_digits_are_not_enough(alice, act):
    address, staff = place(alice, act), factories.make_user("worker", is_staff=True, is_superuser=True)
    client, before = Client(), rows()
    factories.sign_in(client, staff, factor=factories.authenticator_app(staff))
    # The desk itself is open to them.
    assert client.get(reverse("admin:work")).status_code == 200
    for answer in (client.get(address), client.post(address, said())):
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("security"))
    key = factories.passkey(staff)
    shows = f"{reverse('mfa_reauthenticate_webauthn')}?{urlencode({'next': address})}"
    assert client.post(address, said()).headers["Location"] == shows
    changed = {name: row for name, row in rows().items() if name in before and before[name] != row}
    assert changed == {}
    factories.sign_in(client, staff, factor=key)
    assert client.get(address).status_code == 200


def test_a_mail_whose_reason_is_over_is_not_sent_again(alice):
    address, chosen = place(alice, Act.RESEND), said()
    Brake.objects.update(decided_at=timezone.now())
    answer = factories.desk(group="act").post(address, chosen)
    assert answer.status_code == 200
    assert mail.outbox == []
    assert entries(alice.user) == []


def test_a_mail_server_that_does_not_answer_is_said_and_noted(alice, settings):
    address, chosen = place(alice, Act.RESEND), said()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    client = factories.desk(group="act")
    assert "The mail server did not take it" in client.post(address, chosen).content.decode()
    assert entries(alice.user) == []
    assert SentMail.objects.values_list("user", "name", "taken").get() == (alice.user.pk, "deletions-held", False)
    assert "not taken" in client.get(reverse("admin:customer", args=(alice.user.pk,))).content.decode()


@pytest.mark.django_db
def test_no_group_changes_a_row_by_itself_and_what_somebody_added_goes():
    groups.keep()
    row = Row.objects.get(name="look")
    row.permissions.add(Permission.objects.get(codename="change_user"))
    groups.keep()
    for group, names in SEES.items():
        held = Row.objects.get(name=group.value).permissions.select_related("content_type")
        assert {f"{one.content_type.app_label}.{one.codename}" for one in held} == set(names)
        assert all(one.codename.startswith("view_") for one in held)


def test_nobody_is_deleted_but_by_the_deletion_that_takes_everything_along(alice):
    client = factories.desk()
    for place_ in (f"user/{alice.user.pk}", f"connection/{alice.google.pk}"):
        assert client.post(f"/admin/accounts/{place_}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": alice.user.pk, "post": "yes"}
    assert "delete_selected" not in client.get("/admin/accounts/user/").content.decode()
    client.post("/admin/accounts/user/", chosen)
    assert User.objects.filter(pk=alice.user.pk, connections=alice.google).exists()
