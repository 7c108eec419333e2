"""The OpenAPI document and its page: complete, true in its examples, and readable without a script."""

import json

import jsonschema
import pytest
from django.test import Client

from sync.api.page import document
from sync.templatetags.hetk import spans
from tests.web.routes import routes

SHAPES = document()["components"]["schemas"]


def told():
    return [(f"{verb} {at}", one) for at, verbs in document()["paths"].items() for verb, one in verbs.items()]


def test_every_address_and_every_verb_is_told():
    named = {name for name, _ in routes() if name.startswith("api:")} - {"api:openapi", "api:nothing"}
    assert len(document()["paths"]) == len(named) == 12
    assert len({one["operationId"] for _, one in told()}) == len(told()) == 15


def held(content):
    for example in content["application/json"].get("examples", {}).values():
        schema = {**content["application/json"]["schema"], "components": {"schemas": SHAPES}}
        jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(example["value"])
        yield example


@pytest.mark.parametrize(("name", "one"), told(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_example_is_of_its_shape(name, one):
    good = next(said for code, said in one["responses"].items() if code.startswith("2"))
    assert list(held(good["content"])), "every answer has an example"
    if "requestBody" in one:
        assert list(held(one["requestBody"]["content"])), "so has every body"


def test_the_document_is_for_everybody_and_the_page_says_the_same(db):
    assert Client().get("/api/v1/openapi.json").json() == document()
    html = Client().get("/api/").content.decode()
    for name, one in told():
        assert f'id="{one["operationId"]}"' in html, name
        assert f"<code>{name.split()[0].upper()} " in html
    assert "hetk_…" in html
    page = html.partition("<main")[2]
    assert "<code>errors</code> says which" in page
    assert "`" not in page
    assert "<script src" not in page


def test_the_words_of_the_document_are_text_on_its_page_and_only_their_code_is_marked():
    assert spans("A `<b>` & <i>") == "A <code>&lt;b&gt;</code> &amp; &lt;i&gt;"


def test_no_shape_has_a_place_for_content_but_what_is_read_live():
    words = {"description", "body", "location", "attendees", "guests", "organizer", "subject"}
    for name, shape in SHAPES.items():
        fields = set(shape.get("properties", {}))
        assert not fields & words, name
        assert "title" not in fields or name in {"HappeningShape", "ProblemShape", "PairShape"}, name
    assert "secret" not in json.dumps(document()).lower()
