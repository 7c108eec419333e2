"""Definitions in the shape of the published ones, small enough to read, for machines that do not have those."""

from typing import Any


def _graph(name: str, type_: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **more}


def _complex(*properties: dict[str, Any], base: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": "complex", "properties": list(properties)}
    return made | ({"baseType": base} if base else {})


def _enum(*members: str) -> dict[str, Any]:
    return {"kind": "enum", "members": {name: place for place, name in enumerate(members)}}


GRAPH: dict[str, Any] = {
    "types": {
        "item": _complex(_graph("id", "Edm.String")),
        "event": _complex(
            _graph("subject", "Edm.String"),
            _graph("transactionId", "Edm.String"),
            _graph("isAllDay", "Edm.Boolean"),
            _graph("reminderMinutesBeforeStart", "Edm.Int32"),
            _graph("showAs", "graph.showAs"),
            _graph("sensitivity", "graph.sensitivity"),
            _graph("start", "graph.when"),
            _graph("end", "graph.when"),
            _graph("location", "graph.place"),
            _graph("body", "graph.body"),
            _graph("attendees", "Collection(graph.attendee)"),
            _graph("recurrence", "graph.recurrence"),
            _graph("cancelledOccurrences", "Collection(Edm.String)", nullable=False),
            _graph("singleValueExtendedProperties", "Collection(graph.named)"),
            base="graph.item",
        ),
        "showAs": _enum("free", "busy", "workingElsewhere"),
        "sensitivity": _enum("normal", "private"),
        "when": _complex(_graph("dateTime", "Edm.String"), _graph("timeZone", "Edm.String")),
        "place": _complex(_graph("displayName", "Edm.String")),
        "body": _complex(_graph("contentType", "graph.bodyType"), _graph("content", "Edm.String")),
        "bodyType": _enum("text", "html"),
        "address": _complex(_graph("address", "Edm.String"), _graph("name", "Edm.String")),
        "recipient": _complex(_graph("emailAddress", "graph.address")),
        "attendee": _complex(_graph("type", "graph.attendeeType"), base="graph.recipient"),
        "attendeeType": _enum("required", "optional"),
        "recurrence": _complex(_graph("pattern", "graph.pattern"), _graph("range", "graph.range")),
        "pattern": _complex(
            _graph("type", "graph.patternType"),
            _graph("interval", "Edm.Int32"),
            _graph("daysOfWeek", "Collection(graph.day)"),
        ),
        "patternType": _enum("daily", "weekly"),
        "day": _enum("sunday", "monday"),
        "range": _complex(_graph("startDate", "Edm.Date")),
        "named": _complex(_graph("id", "Edm.String"), _graph("value", "Edm.String")),
        "subscription": _complex(
            _graph("changeType", "Edm.String"),
            _graph("resource", "Edm.String"),
            _graph("notificationUrl", "Edm.String"),
        ),
    }
}

_TEXT = {"type": "string"}


def _choice(*values: str) -> dict[str, Any]:
    told = "\n".join(f'- "{value}" - What it means.' for value in values)
    return {"type": "string", "description": f"Possible values are:\n{told}"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _wanted(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "annotations": {"required": ["calendar.events.insert"]}}


GOOGLE: dict[str, Any] = {
    "schemas": {
        "Event": _object(
            summary=_TEXT,
            visibility=_choice("default", "private", "confidential"),
            transparency=_choice("opaque", "transparent"),
            eventType=_choice("default", "focusTime"),
            start=_wanted({"$ref": "EventDateTime"}),
            end=_wanted({"$ref": "EventDateTime"}),
            sequence={"type": "integer", "format": "int32"},
            location=_TEXT,
            recurrence={"type": "array", "items": _TEXT},
            attendees={"type": "array", "items": {"$ref": "EventAttendee"}},
            reminders=_object(useDefault={"type": "boolean"}, overrides={"type": "array", "items": _TEXT}),
            extendedProperties=_object(private={"type": "object", "additionalProperties": _TEXT}),
        ),
        "EventDateTime": _object(
            date={"type": "string", "format": "date"},
            dateTime={"type": "string", "format": "date-time"},
            timeZone=_TEXT,
        ),
        "EventAttendee": _object(email=_TEXT, responseStatus=_choice("accepted", "declined")),
    }
}
