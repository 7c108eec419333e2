"""Housekeeping that the timetable calls. Each is a few lines: what is to be done stands in the database already."""

import logging
import random
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts import approvals, audit, halts, inbox
from accounts.models import Deletion, SecurityEvent, SentMail
from policy import enforcement
from sync import calendars, deletion, emails, history, measurements, once, policy_news, verify
from sync.models import Activity, Brake, Calendar, Flow, Run, Verification, Watch
from sync.store import due, heartbeats

log = logging.getLogger("hetk.tasks")
RUNS_KEPT = timedelta(days=30)
ACTIVITY_KEPT = timedelta(days=365)
EVENTS_KEPT = timedelta(days=30)
HEARTBEATS_KEPT = timedelta(days=1)
MESSAGES_KEPT = timedelta(days=180)
MAILS_KEPT = timedelta(days=90)
SILENT = timedelta(hours=1)


def give_a_sign_of_life() -> int:
    """That this runs shows that the whole group works, from the scheduler to a worker of it."""
    heartbeats.beat(heartbeats.TIMETABLE, timezone.now())
    return 1


def ask_about_brakes() -> int:
    """Ask each person once; a mail that could not be sent is tried again next time."""
    waiting = Brake.objects.filter(asked_at=None, decided_at=None).select_related("flow__pair__user")
    return sum(_ask(brake) for brake in waiting)


def _ask(brake: Brake) -> bool:
    """On record before the mail leaves: whoever dies in between, or does the same at once, mails nobody twice.

    The question stands on the dashboard whatever becomes of the mail.
    """
    rows = Brake.objects.filter(pk=brake.pk)
    if not rows.filter(asked_at=None, decided_at=None).update(asked_at=timezone.now()):
        return False
    try:
        emails.deletions_held(brake)
    except OSError:
        # One mail that does not leave must not keep the others waiting.
        log.exception("a question about held deletions could not be sent")
        rows.update(asked_at=None)
        return False
    return True


def tell_about_halts() -> int:
    return halts.tell_waiting()


def tell_about_approvals() -> int:
    return approvals.tell()


def tell_about_messages() -> int:
    return inbox.tell()


def tell_of_first_syncs() -> int:
    return once.tell_of_first_syncs()


def tell_of_lost_calendars() -> int:
    return once.tell_of_lost_calendars()


def tell_about_policies() -> int:
    return policy_news.tell()


def remember_policies() -> int:
    return enforcement.remember_resting(timezone.now())


def renew_watches() -> int:
    """A watch that wants renewing makes its calendar due: the cycle minds it."""
    late = Watch.objects.filter(renew_at__lte=timezone.now()).values_list("calendar_id", flat=True)
    return due.ring(set(late))


def look_for_silence() -> int:
    """Calendars in use that nobody looked at for too long: a bell for each, whatever went wrong before."""
    running = Flow.objects.filter(pair__paused_at=None).values_list("source_id", "target_id")
    used = {calendar_id for flow in running for calendar_id in flow}
    silent = Q(checked_at=None) | Q(checked_at__lt=timezone.now() - SILENT)
    asleep = Calendar.objects.filter(silent, pk__in=used, due_at=None, lost_at=None, connection__halted_at=None)
    return due.ring(asleep.values_list("pk", flat=True))


def ask_for_verifications() -> int:
    """Full audits whose time of the day has come; the cycles of their calendars carry them out."""
    return verify.ask_due(timezone.now(), random.SystemRandom())


def note_how_things_stand() -> int:
    return history.note(measurements.measure(timezone.now()))


def go_on_with_deletions() -> int:
    return deletion.go_on(timezone.now)


def refresh_calendars() -> int:
    """Names, rights and new calendars of every connected account."""
    return calendars.refresh_all()


def forget_old_rows() -> int:
    """Retention: what is older than promised goes."""
    now = timezone.now()
    runs, _ = Run.objects.filter(started_at__lt=now - RUNS_KEPT).delete()
    activities, _ = Activity.objects.filter(at__lt=now - ACTIVITY_KEPT).delete()
    audits, _ = Verification.objects.filter(finished_at__lt=now - ACTIVITY_KEPT).delete()
    ended, _ = Deletion.objects.filter(finished_at__lt=now - deletion.KEPT, notify="").delete()
    entries = audit.forget(now - ACTIVITY_KEPT)
    messages = inbox.forget(now - MESSAGES_KEPT)
    events, _ = SecurityEvent.objects.filter(at__lt=now - EVENTS_KEPT).delete()
    mails, _ = SentMail.objects.filter(sent_at__lt=now - MAILS_KEPT).delete()
    return (
        ended
        + messages
        + entries
        + events
        + runs
        + activities
        + heartbeats.forget(now - HEARTBEATS_KEPT)
        + history.forget(now)
        + audits
        + mails
    )
