"""Creating, changing and deleting events: the same acts whether a program or a hand does them."""

from datetime import date
from typing import Any

from sandbox.microsoft import sending, times
from sandbox.microsoft.errors import Refusal, invalid
from sandbox.microsoft.instances import Instance, all_days, instance, local_date, neighbours
from sandbox.microsoft.rules import Draft
from sandbox.microsoft.store import Box, Item, Piece, Span

WHEN = frozenset({"start", "end", "isAllDay"})


def create(box: Box, draft: Draft, ical_uid: str | None = None, **given: Any) -> Item:
    """A new event from a draft; `ical_uid` and `given` are what only the server sets (organizer, responseStatus ...)."""
    owner = box.owner
    taken = owner.transactions.get(draft.transaction_id or "")
    if taken is not None:
        # Documented is only that such a create fails; neither status nor code is, so these are a choice. What has been
        # reported of the real service includes the first event being answered again, which a client must also bear.
        raise Refusal(
            409, "ErrorDuplicateTransactionId", "An event with the same transactionId already exists in the mailbox."
        )
    span = times.span(draft.times)
    rule = times.rule(draft.times.get("recurrence"), span)
    now = owner.now()
    core = owner.ids.next_core()
    owner.created += 1
    organizer = {"name": owner.person.name, "address": owner.person.address}
    fields = {"organizer": organizer, **draft.fields, **given}
    item = Item(
        fields,
        span,
        now,
        now,
        dict(draft.properties),
        core=core,
        number=owner.created,
        box=box,
        ical_uid=owner.ids.ical_uid(core) if ical_uid is None else ical_uid,
        transaction_id=draft.transaction_id,
    )
    item.recur(rule)
    box.add(item)
    owner.cloud_changed(box, "created", item)
    sending.created(item)
    return item


def late_processing(item: Item) -> None:
    """The server looks at every fourth new event once more: another changeKey, nothing else to see."""
    if item.number % 4 == 0:
        item.box.touch(item, quiet=True)


def change(one: Instance, draft: Draft) -> None:
    """Apply a draft to an event, or to one instance of a series, which becomes an exception."""
    before = {**one.item.fields, **one.piece.fields}
    if one.day is None:
        _change_item(one.item, draft)
    else:
        _change_instance(one, one.day, draft)
    sending.changed(one, before, draft)


def _change_item(item: Item, draft: Draft) -> None:
    span = times.span(draft.times, item.span) if WHEN & draft.times.keys() else item.span
    moved = span != item.span
    if "recurrence" in draft.times:
        rule = times.rule(draft.times["recurrence"], span)
    else:
        rule = times.shifted(item, span) if moved else item.recurrence
    # Everything above may refuse; from here on nothing does, so that a refused write leaves no half of itself.
    item.box.forget(item)
    item.fields |= draft.fields
    item.properties |= draft.properties
    item.span = span
    # Exchange drops the exceptions of a series whose times or rule change; other changes leave them alone.
    if rule != item.recurrence or moved:
        item.recur(rule)
    item.box.index(item)
    item.box.touch(item)


def _change_instance(one: Instance, day: date, draft: Draft) -> None:
    item = one.item
    if draft.times.get("recurrence") is not None:
        raise invalid(
            "ErrorCalendarCannotUpdateRecurrenceForOccurrence", "Recurrence can only be set on a series master."
        )
    span = times.span(draft.times, one.span) if WHEN & draft.times.keys() else one.span
    # Only a move can cross a boundary; an exception that was near one before may still be renamed.
    if span != one.span:
        _check_boundary(item, day, span)
    # An exception keeps only what differs, so that later changes of the master still reach the rest.
    piece = item.exceptions.get(day) or Piece({}, one.span, item.created, item.modified)
    piece.fields |= draft.fields
    piece.properties |= draft.properties
    piece.span = span
    item.exceptions[day] = piece
    item.box.touch(item, piece)


def _check_boundary(item: Item, day: date, span: Span) -> None:
    now_on = local_date(item, span.start)
    for other, side in neighbours(item, day):
        if (side < 0 and now_on <= other) or (side > 0 and now_on >= other):
            message = "Cannot modify the occurrence: it would cross or share a day with an adjacent occurrence."
            raise invalid("ErrorOccurrenceCrossingBoundary", message)


def remove(one: Instance) -> None:
    """Delete an event, a whole series by its master, or one instance of it."""
    item = one.item
    sending.removed(one)
    if one.day is None:
        item.box.remove(item, all_days(item))
        return
    # A cancelled date stays cancelled even where it had been an exception before.
    item.exceptions.pop(one.day, None)
    item.cancelled.add(one.day)
    item.box.touch(item)


def again(one: Instance) -> Instance:
    """An instance as it is after a change."""
    if one.day is None:
        return Instance(one.item, None, one.item.span, one.item)
    return instance(one.item, one.day) or one
