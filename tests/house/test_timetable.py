"""What the timetable keeps in the database opens nothing: the library unpickles it."""

import inspect

import pytest
from django.utils.module_loading import import_string

from sync.schedule import TIMETABLE


@pytest.mark.parametrize("entry", TIMETABLE, ids=lambda entry: entry.name)
def test_a_task_carries_nothing_not_even_an_id(entry):
    assert not inspect.signature(import_string(entry.task)).parameters
