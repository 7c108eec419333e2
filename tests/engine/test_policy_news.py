"""Who has copies is told by one mail that a policy began to hold for them, and by one that it ended."""

import pytest
from django.core import mail

from accounts.models import Connection, Kind
from accounts.oauth.feed import BUSY_ONLY
from policy import enforcement
from policy.record import Policy
from sync import policy_news, tasks
from sync.models import Calendar
from tests.engine.test_policy import Dns, dns, home, work
from tests.engine.world import OPEN, World

pytestmark = pytest.mark.django_db
__all__ = ["dns", "home", "work"]
CONTOSO = "contoso.example"


def after_a_minute(world: World) -> None:
    world.wait(seconds=61)
    enforcement.sweep(lambda: world.now)
    world.settle(61)


def told() -> list[tuple[str, list[str]]]:
    tasks.tell_about_policies()
    found = [(str(message.subject), message.to) for message in mail.outbox]
    mail.outbox.clear()
    return found


@pytest.fixture
def pair(world: World, work: Calendar, home: Calendar):
    world.event(work, "Quarterly review")
    made = world.pair(work, home, OPEN)
    assert told() == []
    return made


def test_a_policy_that_begins_and_one_that_ends_are_one_mail_each(world: World, dns: Dns, pair, home: Calendar) -> None:
    to = [world.user.email]
    dns.publish(CONTOSO)
    after_a_minute(world)
    assert told() == [(f"{CONTOSO} makes every copy private", to)]
    assert world.copies(home)[0].content.title == "Busy"
    after_a_minute(world)
    assert told() == []

    dns.publish(CONTOSO, Policy.NONE)
    after_a_minute(world)
    assert told() == [(f"{CONTOSO} no longer makes copies private", to)]
    assert world.copies(home)[0].content.title == "Quarterly review"
    assert told() == []


def test_several_calendars_of_one_domain_are_one_mail_that_counts_the_syncs(
    world: World, dns: Dns, pair, work: Calendar, home: Calendar
) -> None:
    world.pair(world.calendar("alice@contoso.example", name="Project"), home, OPEN)
    dns.publish(CONTOSO)
    after_a_minute(world)
    tasks.tell_about_policies()
    (message,) = mail.outbox
    assert "It holds for 2 of your syncs." in message.body
    assert "Your calendars are safe" in message.body
    assert "Quarterly review" not in str(message.message())


def test_a_silence_is_no_news(world: World, dns: Dns, pair) -> None:
    dns.fail(CONTOSO)
    for _ in range(3):
        after_a_minute(world)
    world.wait(days=2)
    after_a_minute(world)
    assert Calendar.objects.exclude(policy_domain="").exists()
    assert told() == []


def test_a_feed_of_which_only_busy_is_copied_anyway_is_no_news(world: World, dns: Dns, pair, work: Calendar) -> None:
    Connection.objects.filter(pk=work.connection_id).update(kind=Kind.FEED, scopes=BUSY_ONLY)
    seen = []
    for policy in (Policy.NONE, Policy.PRIVATE, Policy.NONE):
        dns.publish(CONTOSO, policy)
        world.wait(seconds=61)
        enforcement.Enforcer(lambda: world.now).heed([Calendar.objects.select_related("connection").get(pk=work.pk)])
        seen.append(Calendar.objects.get(pk=work.pk).policy_state)
    assert seen == [enforcement.PUBLISHED, "private", enforcement.PUBLISHED]
    assert told() == []


def test_who_had_no_copies_is_told_by_the_page_alone(world: World, dns: Dns, work: Calendar, home: Calendar) -> None:
    dns.publish(CONTOSO)
    enforcement.Enforcer(lambda: world.now).heed([work])
    assert Calendar.objects.get(pk=work.pk).policy_state == "private"
    assert told() == []


def test_mail_that_is_down_is_sent_later_and_by_one_only(world: World, dns: Dns, pair, settings) -> None:
    dns.publish(CONTOSO)
    after_a_minute(world)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    assert policy_news.tell() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert (policy_news.tell(), policy_news.tell()) == (1, 0)
