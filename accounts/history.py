"""The security history: an account's audit in words, newest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import agents, audit
from accounts.audit import Act
from accounts.models import Chain, ChainEntry, HaltCause, Kind, User

PAGE = 50
# What was written to calendars fills the activity; here it is shown when asked for.
FILTERS = {"security": "Security", "all": "Everything"}
# Act -> (what, icon, tone).
WORDS: dict[str, tuple[str, str, str]] = {
    Act.SIGNED_IN: ("Signed in", "check", "ok"),
    Act.SIGN_IN_REFUSED: ("A sign-in was refused", "stop", "warn"),
    Act.SIGNED_OUT: ("Signed out", "minus", "still"),
    Act.SESSION_ENDED: ("Ended a session", "minus", "ok"),
    Act.PASSWORD_CHANGED: ("Changed the password", "lock", "ok"),
    Act.FACTOR_ADDED: ("Added a second factor", "lock", "ok"),
    Act.FACTOR_REMOVED: ("Removed a second factor", "lock", "warn"),
    Act.FACTOR_LOST: ("A second factor was called lost", "alert", "warn"),
    Act.RECOVERY_CODES: ("Made or saw recovery codes", "lock", "ok"),
    Act.ADDRESS_ADDED: ("Added an e-mail address", "plus", "ok"),
    Act.ADDRESS_CHANGED: ("Changed the e-mail address", "pencil", "ok"),
    Act.ADDRESS_REMOVED: ("Removed an e-mail address", "minus", "ok"),
    Act.TERMS_ACCEPTED: ("Accepted the terms", "check", "ok"),
    Act.CONTRACT_ACCEPTED: ("Accepted the contract on data processing", "check", "ok"),
    Act.SETTINGS_CHANGED: ("Changed settings", "pencil", "ok"),
    Act.CONNECTED: ("Connected an account", "plus", "ok"),
    Act.RECONNECTED: ("Renewed the access to an account", "sync", "ok"),
    Act.DISCONNECTED: ("Disconnected an account", "minus", "ok"),
    Act.CONNECT_REFUSED: ("Connecting an account came to nothing", "stop", "warn"),
    Act.HALTED: ("The access to an account ended", "alert", "warn"),
    Act.WENT_ON: ("The access to an account came back", "sync", "ok"),
    Act.APPROVAL_AWAITED: ("Waits for an organization to approve Hetk", "clock", "still"),
    Act.APPROVAL_FORGOTTEN: ("Waits for an organization no longer", "minus", "still"),
    Act.CONSENT_GIVEN: ("Word came that an organization approved Hetk", "check", "ok"),
    Act.CONSENT_WITHDRAWN: ("The consent for an account was taken back", "alert", "warn"),
    Act.PAIR_MADE: ("Started a sync", "plus", "ok"),
    Act.PAIR_CHANGED: ("Changed a sync", "pencil", "ok"),
    Act.PAIR_PAUSED: ("Paused a sync", "pause", "ok"),
    Act.PAIR_RESUMED: ("Resumed a sync", "sync", "ok"),
    Act.PAIR_ENDED: ("Ended a sync", "bin", "ok"),
    Act.DELETIONS_DECIDED: ("Decided about held deletions", "check", "ok"),
    Act.POLICY_CHANGED: ("The policy of a domain changed", "globe", "warn"),
    Act.WROTE: ("Wrote to a calendar", "pencil", "still"),
    Act.PLAN_CHANGED: ("The plan changed", "pencil", "ok"),
    Act.STAFF_LOOKED: ("Support looked at your account", "eye", "warn"),
    Act.STAFF_CHANGED: ("Support changed your account", "eye", "warn"),
    Act.TOKEN_MADE: ("Made a token for the API", "key", "ok"),
    Act.TOKEN_REVOKED: ("Revoked a token for the API", "minus", "ok"),
    Act.EXPORTED: ("Downloaded your data", "down", "ok"),
    Act.DELETION_ASKED: ("Asked for the deletion of the account", "bin", "warn"),
    Act.DELETED: ("The account was deleted", "bin", "stop"),
}


@dataclass(frozen=True)
class Line:
    """`what`: the act in words; `detail`: how, from where, which."""

    number: int
    at: datetime
    what: str
    detail: str
    icon: str
    tone: str


def page(user: User, *, shown: str, before: int | None) -> tuple[list[Line], int | None]:
    """One page, newest first, and the number to go on from when there is more."""
    rows = ChainEntry.objects.filter(chain__user=user).select_related("chain").order_by("-number")
    if shown != "all":
        rows = rows.exclude(act=Act.WROTE)
    if before:
        rows = rows.filter(number__lt=before)
    found = list(rows[: PAGE + 1])
    return [line(entry) for entry in found[:PAGE]], found[PAGE - 1].number if len(found) > PAGE else None


def line(entry: ChainEntry) -> Line:
    what, icon, tone = WORDS.get(entry.act, (entry.act.replace("-", " ").capitalize(), "pencil", "still"))
    detail = ", ".join([*_of_facts(entry.facts), *_of_person(audit.personal_of(entry))])
    return Line(entry.number, entry.at, what, detail[:1].upper() + detail[1:], f"icons/{icon}.html", tone)


def told(user: User) -> Iterator[dict[str, Any]]:
    """Every entry as it is exported, oldest first, with all that its hash is made of."""
    before = Chain.objects.filter(user=user).values_list("base", flat=True).first() or ""
    for entry in audit.entries_of(user):
        yield {**audit.parts_of(entry.chain, entry, before), "personal": audit.personal_of(entry), "hash": entry.hash}
        before = entry.hash


def _of_facts(facts: Mapping[str, Any]) -> Iterator[str]:
    if how := facts.get("how"):
        yield f"by {how}"
    if kind := facts.get("kind"):
        yield Kind(kind).label if kind in Kind else str(kind)
    if cause := facts.get("cause"):
        yield HaltCause(cause).label if cause in HaltCause.values else str(cause).replace("-", " ")
    for name in ("what", "decision", "state"):
        if facts.get(name):
            yield str(facts[name])
    if acts := facts.get("acts"):
        yield ", ".join(f"{number} {act.replace('_', ' ')}" for act, number in acts.items())


def _of_person(personal: Mapping[str, str]) -> Iterator[str]:
    for name in ("address", "domain", "page", "reason"):
        if personal.get(name):
            yield personal[name]
    if token := personal.get("token"):
        yield f"by the token “{token}”"
    if network := personal.get("network"):
        yield f"from {network}"
    if agent := personal.get("browser"):
        yield agents.label(agent)
