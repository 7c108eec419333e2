"""What the libraries behind the API are told: nothing of theirs but what is named here (`sync/api/`)."""

from typing import Any

FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["sync.api.door.Bearer"],
    "DEFAULT_PERMISSION_CLASSES": ["sync.api.door.Scoped"],
    "DEFAULT_THROTTLE_CLASSES": ["sync.api.door.PerToken"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["sync.api.door.Json"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "sync.api.problems.told",
    # Nothing but the headers decides what is given.
    "URL_FORMAT_OVERRIDE": None,
}
DOCUMENT: dict[str, Any] = {
    "TITLE": "Hetk API",
    "VERSION": "1",
    "DESCRIPTION": "Calendars, syncs with their settings, how they stand and what was done. No content of an event is in any answer "
    "but that of `explain`, which is read live and kept nowhere.",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": False,
    "APPEND_COMPONENTS": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": "A token from the settings."}}
    },
}
