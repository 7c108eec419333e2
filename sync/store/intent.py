"""What is about to be written, on record before it leaves: whatever happens to the answer, our own hand is recognised."""

from collections.abc import Sequence

from django.db import transaction

from sync.core.event import Content, Event, Field
from sync.core.fingerprint import decode, encode, merged
from sync.core.operation import Create
from sync.models import Link
from sync.store import locks, meetings, rows
from sync.store.keys import fingerprints
from sync.store.work import Task


def creates(tasks: Sequence[Task], planned: dict[int, Create]) -> set[int]:
    """Before a create leaves: the row that will recognise its copy, whatever happens to the answer.

    Returns the links whose create must not leave: another flow copies the same meeting in this moment. Both look after both are
    on record, so that never two copies are made; where both give way, the next round decides.
    """
    _announce(tasks, planned)
    met = meetings.present(tasks[0].flow, [task.link for task in tasks])
    if met:
        with transaction.atomic():
            locks.flows([tasks[0].link.flow_id])
            Link.objects.filter(pk__in=met).update(state=Link.State.SEEN)
    return met


@transaction.atomic
def _announce(tasks: Sequence[Task], planned: dict[int, Create]) -> None:
    locks.flows(task.link.flow_id for task in tasks)
    for task in tasks:
        create = planned[task.link.pk]
        task.link.state, task.link.generation = Link.State.INTENT, create.generation
        task.link.label = create.label
        task.link.copy_id = task.link.copy_seen = task.link.copy_agreed = task.link.copy_prints = ""
        task.link.written_prints = encode(fingerprints().of_content(create.content, task.link.origin_ref))
    fields = ("state", "generation", "label", "copy_id", "copy_seen", "copy_agreed", "copy_prints", "written_prints")
    rows.save((task.link for task in tasks), fields)


@transaction.atomic
def updates(planned: Sequence[tuple[Task, Content, Event | None, frozenset[Field] | None]]) -> None:
    """Before an update of a copy leaves: what is about to stand there, so that nobody takes it for a person's edit.

    Each with the copy as it was read, if it was: what an earlier try whose answer was lost left there is ours as well. And with
    the fields that are ours to say; None: all of them.
    """
    locks.flows(task.link.flow_id for task, *_ in planned)
    for task, content, copy, only in planned:
        link = task.link
        known, written = decode(link.copy_prints), decode(link.written_prints)
        if copy is not None and known and link.in_doubt:
            seen = fingerprints().of_content(copy.content, link.origin_ref)
            ours = {name: value for name, value in seen.items() if value == written.get(name)}
            link.copy_prints = encode({**known, **ours})
        if known:
            # Of a copy whose history is not known, what is asked for now says nothing: what stands there is no edit of it.
            link.written_prints = merged(link.written_prints, fingerprints().of_content(content, link.origin_ref), only)
        link.state = Link.State.INTENT if link.state == Link.State.LIVE else link.state
    rows.save((task.link for task, *_ in planned), ("state", "written_prints", "copy_prints"))


@transaction.atomic
def removals(tasks: Sequence[Task]) -> None:
    """Before a copy is removed: should its origin be wanted again, nobody takes our removal for a person's."""
    locks.flows(task.link.flow_id for task in tasks)
    for task in tasks:
        link = task.link
        link.copy_prints = link.written_prints = ""
        link.state = Link.State.INTENT if link.state == Link.State.LIVE else link.state
    rows.save((task.link for task in tasks), ("state", "written_prints", "copy_prints"))
