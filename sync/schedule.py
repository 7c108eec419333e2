"""The timetable on one screen: what django-q2 calls, how often, and why. Cycles are not here: workers claim them."""

from dataclasses import dataclass

from django_q.models import Schedule


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    task: str
    minutes: int
    why: str


TIMETABLE = (
    Entry("give a sign of life", "sync.tasks.give_a_sign_of_life", 1, "whoever keeps this group running looks for it"),
    Entry("ask about brakes", "sync.tasks.ask_about_brakes", 1, "a held deletion is asked about once, by mail"),
    Entry("tell about halts", "sync.tasks.tell_about_halts", 5, "a mail that failed when a connection halted"),
    Entry("tell about approvals", "sync.tasks.tell_about_approvals", 5, "a mail that failed when an approval arrived"),
    Entry(
        "tell about messages", "sync.tasks.tell_about_messages", 5, "a mail to support that failed when somebody wrote"
    ),
    Entry(
        "announce changes",
        "hetk.trust.changes.announce",
        60,
        "changes of sub-processors, ahead, to whoever accepted the contract",
    ),
    Entry(
        "tell of first syncs",
        "sync.tasks.tell_of_first_syncs",
        1,
        "that every event was looked at is told once, by mail",
    ),
    Entry(
        "tell of lost calendars",
        "sync.tasks.tell_of_lost_calendars",
        15,
        "a calendar that is gone is told once, by mail",
    ),
    Entry(
        "tell about policies", "sync.tasks.tell_about_policies", 1, "who has copies reads that a policy began or ended"
    ),
    Entry(
        "remember policies",
        "sync.tasks.remember_policies",
        6 * 60,
        "a policy strips the copies of a paused sync too, whose calendars nobody looks at",
    ),
    Entry("renew watches", "sync.tasks.renew_watches", 10, "a net under the cycles that renew their own"),
    Entry("look for silence", "sync.tasks.look_for_silence", 15, "a calendar that nothing makes due is made due"),
    Entry("ask for verifications", "sync.tasks.ask_for_verifications", 5, "each pair once a day, at a time of its own"),
    Entry("settle events", "billing.tasks.settle_events", 5, "a net under the queue of what Stripe told"),
    Entry("mind plans", "billing.tasks.mind_plans", 5, "mails ahead of an end, pauses after the grace"),
    Entry("tell Stripe addresses", "billing.tasks.tell_addresses", 5, "invoices go to the main address as it is now"),
    Entry("reconcile plans", "billing.tasks.reconcile", 24 * 60, "events may be lost; Stripe itself is asked"),
    Entry("forget events", "billing.tasks.forget", 24 * 60, "retention as promised"),
    Entry(
        "note how things stand", "sync.tasks.note_how_things_stand", 5, "the public page of how it stood, day by day"
    ),
    Entry("go on with deletions", "sync.tasks.go_on_with_deletions", 1, "accounts that end, step by step"),
    Entry("refresh calendars", "sync.tasks.refresh_calendars", 24 * 60, "names, rights and new calendars"),
    Entry("forget old rows", "sync.tasks.forget_old_rows", 24 * 60, "retention as promised"),
)


def install() -> None:
    """Bring the stored timetable in line with this one; run at every start."""
    for entry in TIMETABLE:
        Schedule.objects.update_or_create(
            name=entry.name,
            defaults={"func": entry.task, "schedule_type": Schedule.MINUTES, "minutes": entry.minutes, "repeats": -1},
        )
    Schedule.objects.exclude(name__in=[entry.name for entry in TIMETABLE]).delete()
