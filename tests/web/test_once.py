"""Mails that are sent once: a first sync that is finished, a calendar that is gone. Names and counts, never what an event says."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from sync import once, tasks
from sync.models import Calendar, Flow, Pair


def told(settings, *, works: bool) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{'locmem' if works else 'smtp'}.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1


def test_a_first_sync_that_is_finished_is_told_once_with_its_counts(alice):
    alice.pair(copies=1)
    assert (tasks.tell_of_first_syncs(), tasks.tell_of_first_syncs()) == (1, 0)
    [letter] = mail.outbox
    assert letter.to == [alice.user.email]
    assert letter.subject == "Work and Home are in step"
    for part in (letter.body, letter.message().as_string().partition("text/html")[2]):
        assert "Home holds 1 copy from Work, each saying no more" in part
        assert "Work holds 1 copy from Home" in part
    assert "origin-0" not in letter.body


def test_while_one_direction_is_still_looked_through_nothing_is_told(alice):
    pair = alice.pair()
    Flow.objects.filter(pair=pair, source=alice.home).update(settled_at=None)
    assert once.tell_of_first_syncs() == 0
    Flow.objects.update(settled_at=timezone.now())
    assert once.tell_of_first_syncs() == 1


def test_a_sync_that_is_being_ended_is_not_praised(alice):
    alice.pair()
    Pair.objects.update(ending_at=timezone.now())
    assert once.tell_of_first_syncs() == 0
    assert mail.outbox == []


def test_a_calendar_that_is_gone_is_told_once_and_again_when_it_goes_again(alice):
    alice.pair()
    now = timezone.now()
    Calendar.objects.filter(pk=alice.home.pk).update(lost_at=now - timedelta(hours=1))
    assert (tasks.tell_of_lost_calendars(), tasks.tell_of_lost_calendars()) == (1, 0)
    [letter] = mail.outbox
    assert letter.subject == "Home is gone, and its syncs stand still"
    assert alice.google.address in letter.body
    assert "Nothing was deleted" in letter.body
    Calendar.objects.filter(pk=alice.home.pk).update(lost_at=None)
    assert once.tell_of_lost_calendars() == 0
    Calendar.objects.filter(pk=alice.home.pk).update(lost_at=timezone.now() + timedelta(seconds=1))
    assert once.tell_of_lost_calendars() == 1


@pytest.mark.parametrize("why", ["used by no sync", "its account stands still"])
def test_what_is_told_elsewhere_or_matters_to_nobody_is_not_told_here(alice, why):
    Calendar.objects.filter(pk=alice.home.pk).update(lost_at=timezone.now())
    if why == "its account stands still":
        alice.pair()
        alice.google.halted_at = timezone.now()
        alice.google.save()
    assert once.tell_of_lost_calendars() == 0
    assert mail.outbox == []


def test_a_mail_that_does_not_leave_is_tried_again(alice, settings):
    alice.pair()
    Calendar.objects.filter(pk=alice.home.pk).update(lost_at=timezone.now())
    told(settings, works=False)
    assert (once.tell_of_first_syncs(), once.tell_of_lost_calendars()) == (0, 0)
    told(settings, works=True)
    assert (once.tell_of_first_syncs(), once.tell_of_lost_calendars()) == (1, 1)


def test_mails_take_no_more_queries_when_there_is_nothing_to_tell(alice, django_assert_max_num_queries):
    for number in range(4):
        alice.pair(first=alice.calendar(alice.microsoft, f"More {number}"))
    once.tell_of_first_syncs()
    with django_assert_max_num_queries(2):
        once.tell_of_first_syncs()
        once.tell_of_lost_calendars()
