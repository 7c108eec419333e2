"""Requests that nobody thought of: every answer is one that the document tells of, and none is a defect."""

import copy
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hetk.wsgi import application
from sync.api.page import document
from sync.models import Calendar
from tests.api.conftest import SECRET

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
HEADERS = {"Authorization": f"Bearer {SECRET}"}
EACH = 8


def _local() -> dict[str, Any]:
    """The same document, asked of this process; who gets in is the business of other tests."""
    told = {**copy.deepcopy(document()), "servers": [{"url": "http://localhost"}]}
    for at in told["paths"].values():
        for verb in at.values():
            del verb["security"]
    return told


def _called_from_here(environ, start_response):
    environ.setdefault("REMOTE_ADDR", "127.0.0.1")
    return application(environ, start_response)


SCHEMA = schemathesis.openapi.from_dict(_local())
SCHEMA.app = _called_from_here
OPERATIONS = [one.ok() for one in SCHEMA.get_all_operations() if isinstance(one, Ok)]


@pytest.fixture
def one_connection():
    """Requests through WSGI end with the connection closed, which here is the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def sensible(case, alice, pair) -> None:
    """Ids that exist, and a day of today: what was made up is refused at the door, and then nothing behind it is asked."""
    if "public_id" in case.path_parameters:
        of = alice.work if "/calendars/" in case.path else pair
        case.path_parameters["public_id"] = str(of.public_id)
    if "day" in case.query:
        case.query["day"] = timezone.now().date().isoformat()
    if case.operation.label == "POST /api/v1/policy/checks/":
        case.body["domain"] = "example.com"
    if case.operation.label == "POST /api/v1/pairs/":
        case.body |= {"first": str(alice.home.public_id), "second": str(pair.second.public_id), "direction": "one"}


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_answer_is_one_that_the_document_tells_of(operation, mode, alice, program, monkeypatch):
    monkeypatch.setattr("sync.api.door.PerToken.rate", "100000/min")
    monkeypatch.setattr("policy.keeper.resolvers", list)
    pair = alice.pair(second=alice.calendar(alice.google, "Family"))
    # No provider is asked.
    Calendar.objects.filter(pk=alice.work.pk).update(lost_at=timezone.now())
    asked: list[int] = []

    @seed(20261125)
    @settings(
        max_examples=EACH,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode)))
    def ask(case):
        if mode == "positive":
            sensible(case, alice, pair)
        answer = case.call(headers=HEADERS)
        case.validate_response(answer, checks=CHECKS)
        asked.append(answer.status_code)

    ask()
    assert asked
    assert 401 not in asked
    if mode == "positive":
        assert min(asked) < 300, "something got through"
