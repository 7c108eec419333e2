"""One answer of each kind, as the document shows it. A test holds each against its shape."""

from typing import Any

WORK, HOME = "6b1c6f0e-3d0f-4c55-9b61-5a9a3a1d2b10", "0f6d6c2e-7b0a-4f0e-8a4e-2f1c7d9e4a21"
PAIR_ID, AUDIT_ID = "c0a7e5b4-1f5d-4b8c-9c3d-6e2f8a1b7d42", "9d2e4f60-8a1b-4c3d-b5e6-7f8091a2b3c4"

CALENDAR: dict[str, Any] = {
    "id": WORK,
    "name": "Calendar",
    "account": {"kind": "microsoft", "address": "you@example.com"},
    "zone": "Europe/Tallinn",
    "main": True,
    "writable": True,
    "policy_domain": "",
    "checked_at": "2026-11-25T09:14:03.201000Z",
    "lost_at": None,
}
SETTINGS: dict[str, Any] = {
    "private": False,
    "show_as": "keep",
    "transform_identity": False,
    "hide": ["description", "guests"],
    "template": "[Work] {title}",
    "word": "Busy",
    "label": "blue",
    "whole_days": "free",
    "unanswered": "tentative",
    "declined": False,
    "leave": ["free"],
    "hours": {"days": [1, 2, 3, 4, 5], "start": "08:00", "end": "18:00"},
    "only_words": "",
    "not_words": "gym, dentist",
    "keep_out": "#nosync",
}
FLOW: dict[str, Any] = {
    "source": WORK,
    "target": HOME,
    "policy_domain": "",
    "copies": 214,
    "waiting": 0,
    "parked": 0,
    "ending": False,
    "settings": SETTINGS,
}
PAIR: dict[str, Any] = {
    "id": PAIR_ID,
    "title": "Calendar → Private",
    "first": WORK,
    "second": HOME,
    "direction": "one",
    "state": {"tone": "ok", "word": "up to date", "sentence": "214 copies."},
    "made_at": "2026-11-02T07:30:00Z",
    "paused_at": None,
    "paused_by_plan": False,
    "ending_at": None,
    "checked_at": "2026-11-25T09:14:03.201000Z",
    "verified_at": "2026-11-25T03:41:12Z",
    "held": 0,
    "flows": [FLOW],
}
NEW_PAIR: dict[str, Any] = {
    "first": WORK,
    "second": HOME,
    "direction": "one",
    "out": {"private": False, "hide": ["description", "guests"], "template": "[Work] {title}"},
}
CHANGE: dict[str, Any] = {"out": {"private": True, "hours": None}}
RUN: dict[str, Any] = {
    "calendar": WORK,
    "started_at": "2026-11-25T09:14:01.870000Z",
    "finished_at": "2026-11-25T09:14:03.201000Z",
    "delay_ms": 2140,
    "read": 1,
    "written": 1,
    "failed": 0,
    "trouble": "",
}
ACTIVITY: dict[str, Any] = {
    "at": "2026-11-25T09:14:03.120000Z",
    "act": "created",
    "what": "Created a copy in Private",
    "why": "It is new in the original calendar.",
    "event_starts_at": "2026-11-26T12:00:00Z",
    "event_ends_at": "2026-11-26T13:00:00Z",
    "all_day": False,
    "request_id": "5f0c7c1e-6c1d-4b0f-8c38-7c0c1a3fb7a2",
    "error": "",
}
VERIFICATION: dict[str, Any] = {
    "id": AUDIT_ID,
    "asked_at": "2026-11-25T03:40:00Z",
    "finished_at": "2026-11-25T03:41:12Z",
    "outcome": "complete",
    "trouble": "",
    "checked": 214,
    "differences": 1,
    "repaired": 1,
    "left": 0,
    "under_way": 0,
}
ASKED: dict[str, Any] = {
    **VERIFICATION, "finished_at": None, "outcome": "", "checked": 0, "differences": 0, "repaired": 0,
}  # fmt: skip
DAY: dict[str, Any] = {
    "calendar": WORK,
    "day": "2026-11-26",
    "problem": "",
    "events": [
        {
            "when": "14:00–15:00",
            "title": "Planning",
            "note": "",
            "verdicts": [
                {
                    "what": "Copied to Private",
                    "why": "It is new in the original calendar.",
                    "then": "",
                    "waits": "",
                    "looked_at": "2026-11-25T09:14:03Z",
                    "written_at": "2026-11-25T09:14:03Z",
                }
            ],
        }
    ],
}
STEP: dict[str, Any] = {
    "name": "_hetk.example.com",
    "resolver": "first",
    "answer": "answered, validated",
    "record": "v=hetk1; policy=private",
    "read_as": "private",
    "problem": "",
}
CHECK: dict[str, Any] = {
    "domain": "example.com",
    "state": "private",
    "sentence": "Every copy that leaves an account of this domain says “Busy” and nothing else.",
    "decided_by": "example.com",
    "steps": [STEP],
}


def page(item: dict[str, Any]) -> dict[str, Any]:
    return {"items": [item], "next": None}
