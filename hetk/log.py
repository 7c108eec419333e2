"""How log lines are written: where something broke and what kind of error it was, never what the error quoted."""

import copy
import logging
import traceback
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

# Their messages are about tables and settings; any other error may quote an event's title, a token, an answer of a provider.
TOLD = (DatabaseError, ImproperlyConfigured, ImportError)
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configuration(level: str) -> dict[str, Any]:
    """What Django's LOGGING wants."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "hetk.log.Line", "fmt": "{asctime} {levelname} {name}: {message}", "style": "{"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # The outbound library names addresses with their queries, which may identify people.
        "loggers": {"django": {"propagate": True, "handlers": []}, "urllib3": {"level": "WARNING"}},
    }


class Line(logging.Formatter):
    """One line a record, and below it the places of an error and of its causes."""

    def format(self, record: logging.LogRecord) -> str:
        own = copy.copy(record)
        # Another handler may have written the error out in full.
        own.exc_text = None
        return super().format(own)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802
        parts: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(parts) < 10:
            name = f"{type(error).__module__}.{type(error).__qualname__}"
            parts.append(f"{name}: {error}" if isinstance(error, TOLD) else name)
            parts.append("".join(traceback.format_tb(error.__traceback__)).rstrip())
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(part for part in parts if part)
