"""What is stored is written down, field by field, and none of it is content."""

import re

import pytest
from django.apps import apps
from django.db.models import Field, Model

from tests.house.source import ROOT

MODELS = [model for app in ("accounts", "sync", "policy", "billing") for model in apps.get_app_config(app).get_models()]
CONTENT = {"title", "subject_line", "summary", "description", "body", "location", "attendees", "organizer", "content"}


def _told() -> dict[str, set[str]]:
    """Model name -> fields that docs/data.md puts in a category."""
    sections = re.split(
        r"^### ", (ROOT / "docs" / "data.md").read_text().partition("## Elsewhere")[0], flags=re.MULTILINE
    )[1:]
    return {section.split("\n", 1)[0].strip(): set(re.findall(r"`(\w+)`", section)) for section in sections}


def _fields(model: type[Model]) -> set[str]:
    found = model._meta.get_fields()
    return {field.name for field in found if isinstance(field, Field) and field.name != "id"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_stored_field_has_its_category_written_down(model):
    assert _told().get(model.__name__, set()) == _fields(model)


def test_no_table_is_described_that_does_not_exist():
    assert set(_told()) == {model.__name__ for model in MODELS}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_column_is_made_for_content(model):
    assert _fields(model) & CONTENT == set()
