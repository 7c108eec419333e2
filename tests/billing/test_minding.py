"""What the clock does to a plan: mails, pauses; what staff and the person do: a grant, a choice, one click."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from billing import banner, grants, minding, room, tasks
from billing.figures import FIGURES
from billing.models import Account, Reminder
from billing.plans import PERSONAL, PROFESSIONAL
from billing.standing import Level
from sync import pairs
from sync.models import Pair
from tests.engine.world import OPEN, World
from tests.factories import make_user

DAY = timedelta(days=1)
MAILS = ("trial-ending", "plan-ending", "payment-failed", "syncs-pausing", "syncs-paused")


@pytest.fixture
def world(db):
    with time_machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as traveller:
        yield World(traveller)


def two_in_step(world: World, number: int = 1):
    made = []
    for count in range(number):
        home = world.calendar("alice@home.example", name=f"Home {count}")
        there = world.calendar("alice@work.example", name=f"Work {count}")
        world.event(home, f"Dinner {count}", hours=1000)
        made.append((world.pair(home, there, OPEN, OPEN), home, there))
    return made


def test_what_was_edited_while_paused_arrives_after_one_click_once(world, client):
    [(_, home, there)] = two_in_step(world)
    stays, goes = world.event(home, "Stays", hours=900), world.event(home, "Goes", hours=901)
    world.sync()
    assert world.titles(there) == ["Dinner 0", "Goes", "Stays"]
    world.wait(days=35, minutes=1)
    tasks.mind_plans()
    world.forget_calls()
    world.cloud.edit(home.remote_id, stays, title="Stays, edited")
    world.cloud.delete(home.remote_id, goes)
    world.event(home, "New", hours=100)
    world.event(there, "New there", hours=101)
    world.settle()
    assert world.writes() == []
    assert world.titles(there) == ["Dinner 0", "Goes", "New there", "Stays"]
    grants.grant_plan(world.user, PERSONAL, until=None, by=make_user("staff"), reason="bought by letter")
    client.force_login(world.user)
    client.post(reverse("billing_resume"))
    world.settle()
    both = ["Dinner 0", "New", "New there", "Stays, edited"]
    assert (world.titles(home), world.titles(there)) == (both, both)
    assert Pair.objects.get().paused_at is None


def test_a_trial_is_told_about_in_time_once_and_ends_in_a_pause_of_everything(world):
    two_in_step(world, 2)
    room.account_of(world.user)
    for _ in range(40):
        world.wait(days=1)
        tasks.mind_plans()
        tasks.mind_plans()
    subjects = [letter.subject.partition(" on ")[0] for letter in mail.outbox]
    assert subjects == ["Your Hetk trial ends"] * 2 + ["Your syncs pause"] * 2 + ["Your syncs are paused"]
    assert Pair.objects.filter(paused_at=None).count() == 0
    assert Pair.objects.filter(paused_by_plan=True).count() == 2
    assert {letter.to[0] for letter in mail.outbox} == {"alice@hetk.example"}
    assert all("text/html" in str(letter.message()) for letter in mail.outbox)


def test_who_has_no_sync_hears_of_the_end_of_the_trial_and_of_no_pause(world):
    room.account_of(world.user)
    for _ in range(40):
        world.wait(days=1)
        tasks.mind_plans()
    assert [letter.subject.partition(" on ")[0] for letter in mail.outbox] == ["Your Hetk trial ends"] * 2


def test_a_mail_that_cannot_be_sent_is_sent_later_and_the_pause_waits_for_no_mail(world, settings):
    two_in_step(world)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    world.wait(days=36)
    assert tasks.mind_plans() == 0
    assert Pair.objects.get().paused_by_plan
    assert not Reminder.objects.exclude(sent_at=None).exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert tasks.mind_plans() == 0
    world.wait(minutes=10)
    assert tasks.mind_plans() == 1
    assert [letter.subject for letter in mail.outbox] == ["Your syncs are paused"]


def test_mails_that_never_leave_keep_nobody_else_waiting(world, settings, monkeypatch):
    settings.EMAIL_BACKEND = "tests.billing.test_minding.Picky"
    monkeypatch.setattr(minding, "AT_ONCE", 2)
    for name in ("refused-1", "refused-2", "bob"):
        room.account_of(make_user(name))
        world.wait(seconds=1)
    world.wait(days=15)
    tasks.mind_plans()
    tasks.mind_plans()
    assert [letter.to for letter in mail.outbox] == [["bob@hetk.example"]]


def test_an_account_that_makes_no_sense_keeps_nobody_else_waiting(world):
    """Its end has no grace after it: the calendar itself is over then."""
    strange = room.account_of(make_user("strange"))
    Account.objects.filter(pk=strange.pk).update(
        granted_plan="personal", granted_until=datetime.max.replace(tzinfo=UTC)
    )
    room.account_of(world.user)
    world.wait(days=15)
    assert tasks.mind_plans() == 1
    assert [letter.to for letter in mail.outbox] == [["alice@hetk.example"]]


class Picky(EmailBackend):
    """A mail server that knows some addresses no more."""

    def send_messages(self, messages):
        if any("refused" in letter.to[0] for letter in messages):
            raise SMTPRecipientsRefused({})
        return super().send_messages(messages)


def test_a_pause_by_the_person_stays_one_when_everything_else_resumes(world, client):
    made = two_in_step(world, 2)
    pairs.pause(pair=made[0][0])
    world.wait(days=36)
    tasks.mind_plans()
    client.force_login(world.user)
    answer = client.post(reverse("billing_resume"), follow=True).content.decode()
    assert "Your plan has ended, so syncs stay paused" in answer
    grants.grant_plan(world.user, PERSONAL, until=None, by=make_user("staff"), reason="x")
    client.post(reverse("billing_resume"))
    assert list(Pair.objects.filter(paused_at=None)) == [made[1][0]]


def test_the_person_chooses_which_syncs_run(world, client):
    made = [entry[0] for entry in two_in_step(world, 5)]
    grants.grant_plan(world.user, PERSONAL, until=None, by=make_user("staff"), reason="x")
    world.wait(days=36)
    tasks.mind_plans()
    assert list(Pair.objects.filter(paused_at=None)) == made[:3]
    client.force_login(world.user)
    wanted = [str(made[number].public_id) for number in (0, 3, 4)]
    assert client.post(reverse("billing_syncs"), {"keep": wanted}).status_code == 302
    assert list(Pair.objects.filter(paused_at=None)) == [made[0], made[3], made[4]]
    assert Pair.objects.count() == 5
    refused = client.post(reverse("billing_syncs"), {"keep": [str(pair.public_id) for pair in made]})
    assert "keeps 3 syncs running; you chose 5" in refused.content.decode()
    assert Pair.objects.filter(paused_at=None).count() == 3


def test_nobody_chooses_about_a_strangers_syncs(world, client):
    [(pair, _, _)] = two_in_step(world)
    client.force_login(make_user("charlie"))
    client.post(reverse("billing_syncs"), {"keep": [str(pair.public_id)]})
    client.post(reverse("billing_syncs"), {"keep": []})
    assert Pair.objects.get().paused_at is None


def test_staff_give_a_plan_until_a_day_and_take_it_back(world):
    by = make_user("staff")
    world.wait(days=1)
    grants.grant_plan(world.user, PROFESSIONAL, until=timezone.now() + 90 * DAY, by=by, reason="a school")
    account = Account.objects.get()
    assert account.standing(timezone.now() + 80 * DAY).level is Level.FULL
    assert account.standing(timezone.now() + 91 * DAY).level is Level.GRACE
    grants.grant_plan(world.user, None, until=None, by=by, reason="a mistake")
    assert Account.objects.get().granted_plan == ""


def test_a_trial_is_extended_and_never_cut_short(world):
    by, ends = make_user("staff"), room.account_of(world.user).trial_ends_at
    grants.extend_trial(world.user, until=ends + 7 * DAY, by=by, reason="was ill")
    grants.extend_trial(world.user, until=ends, by=by, reason="a slip")
    assert Account.objects.get().trial_ends_at == ends + 7 * DAY


def test_who_had_syncs_before_plans_were_switched_on_gets_a_trial(world, settings):
    settings.BILLING = False
    two_in_step(world)
    assert not Account.objects.exists()
    settings.BILLING = True
    tasks.reconcile()
    assert Account.objects.get().trial_ends_at == timezone.now() + 21 * DAY


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_has_a_subject_a_text_and_html_that_say_the_same(name):
    end = datetime(2026, 12, 16, 9, tzinfo=UTC)
    context = {
        "end": end,
        "pauses": end + 14 * DAY,
        "syncs": 3,
        "plan": PERSONAL,
        "cause": "trial",
        "link": "LINK",
    }
    subject, text, html = (
        render_to_string(f"emails/{name}-{part}", context) for part in ("subject.txt", "body.txt", "body.html")
    )
    assert subject.strip()
    assert "\n" not in subject.strip()
    for part in (text, html):
        assert "LINK" in part
        assert "Your calendars are safe." in part
        for opening in ("What you do:", "What we do:"):
            assert opening in part
    assert "<p>" in html
    assert "<" not in text


def test_a_visitor_costs_no_question_about_plans(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    # No access to a database here: it would raise.
    assert banner.billing(request) == {"billing_on": True, "plan_figures": FIGURES}
