"""A log line says where something broke, never what the error quoted."""

import io
import logging
import logging.config
import sys

from django.conf import settings
from django.db import OperationalError

from hetk.log import Line


def written(error: Exception, cause: Exception | None = None) -> str:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(Line("{levelname} {message}", style="{"))
    try:
        raise error from cause
    except Exception:
        record = logging.LogRecord("test", logging.ERROR, "x", 1, "it broke", None, sys.exc_info())
    handler.handle(record)
    return text.getvalue()


def test_the_kind_and_the_place_of_an_error_are_told_and_its_words_are_not():
    text = written(ValueError("Dentist at nine"), KeyError("Dentist"))
    assert text.startswith("ERROR it broke\nbuiltins.ValueError\n")
    assert "builtins.KeyError" in text
    assert "in written" in text
    assert "Dentist" not in text


def test_what_the_database_says_is_told_for_it_is_about_tables():
    assert "OperationalError: no such table: cache" in written(OperationalError("no such table: cache"))


def test_what_another_handler_wrote_out_is_not_taken_over():
    record = logging.LogRecord("test", logging.ERROR, "x", 1, "it broke", None, None)
    record.exc_text = "ValueError: Dentist"
    assert Line("{message}", style="{").format(record) == "it broke"
    assert record.exc_text == "ValueError: Dentist"


def test_hetk_writes_all_its_lines_so():
    formatter = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(
        {**settings.LOGGING["formatters"]["line"]}
    )
    assert isinstance(formatter, Line)
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"line"}
