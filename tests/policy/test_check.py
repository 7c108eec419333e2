"""`manage.py policy_check` against the sandbox's DNS."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from policy.models import Domain

pytestmark = pytest.mark.django_db


def told(domain: str, **options: object) -> dict:
    out = StringIO()
    call_command("policy_check", domain, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_it_tells_each_step_and_what_the_answers_come_to(sandbox):
    sandbox.publish("_hetk.northwind.example", "v=hetk1; policy=private")
    found = told("alice@Northwind.example")
    assert (found["domain"], found["effective"], found["decided_by"]) == (
        "northwind.example",
        "private",
        "northwind.example",
    )
    assert len(found["steps"]) == 2
    assert found["steps"][0] | {"resolver": ""} == {
        "name": "_hetk.northwind.example",
        "resolver": "",
        "outcome": "answered",
        "validated": False,
        "record": "v=hetk1; policy=private",
        "tags": {"v": "hetk1", "policy": "private"},
        "policy": "private",
        "problem": None,
    }


def test_a_domain_without_a_record_is_none_and_one_that_fails_is_unknown(sandbox):
    assert told("northwind.example")["effective"] == "none"
    sandbox.dns("northwind.example", trouble="servfail")
    assert told("northwind.example")["effective"] == "unknown"


def test_a_named_resolver_stands_for_both(sandbox):
    sandbox.publish("_hetk.northwind.example", "v=hetk1; policy=none")
    found = told("northwind.example", resolver=f"127.0.0.1:{sandbox.dns_port}")
    assert [step["resolver"] for step in found["steps"]] == [f"127.0.0.1:{sandbox.dns_port}"] * 2
    assert found["effective"] == "none"


def test_a_record_above_that_covers_subdomains_decides(sandbox):
    sandbox.publish("_hetk.northwind.example", "v=hetk1; policy=none; sp=private")
    found = told("mail.northwind.example")
    assert (found["effective"], found["decided_by"]) == ("private", "northwind.example")


def test_the_text_names_the_mistake_in_a_record(sandbox, capsys):
    sandbox.publish("_hetk.northwind.example", "v=hetk1; policy=privat")
    call_command("policy_check", "northwind.example")
    text = capsys.readouterr().out
    assert "answered, not validated\n    v=hetk1; policy=privat\n    v is hetk1; policy is privat\n" in text
    assert "neither private nor none" in text
    assert "northwind.example is private" in text


def test_it_stores_nothing(sandbox):
    told("northwind.example")
    assert not Domain.objects.exists()


@pytest.mark.parametrize(("domain", "resolver"), [("localhost", None), ("example.com", "nowhere")])
def test_what_cannot_be_asked_is_refused_in_words(domain, resolver):
    with pytest.raises(CommandError, match="rite"):
        call_command("policy_check", domain, resolver=resolver)
