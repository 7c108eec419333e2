"""The public setup page: each step in words, and no way to make us ask the DNS at will."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from policy.models import Domain

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    return Client()


def check(visitor: Client, domain: str):
    return visitor.post(reverse("policy_setup"), {"domain": domain})


def test_anybody_reads_what_to_publish(visitor):
    page = visitor.get(reverse("policy_setup")).content.decode()
    assert "_hetk.example.com" in page
    assert "v=hetk1; policy=private" in page


def test_a_check_tells_every_step_and_what_it_comes_to(visitor, sandbox):
    sandbox.publish("_hetk.northwind.example", "v=hetk1; policy=private")
    page = check(visitor, "alice@mail.Northwind.example").content.decode()
    assert "mail.northwind.example: no policy" in page
    assert page.count("<code>_hetk.northwind.example</code> TXT") == 2
    page = check(visitor, "northwind.example").content.decode()
    assert "northwind.example: private" in page
    assert "v=hetk1; policy=private" in page


def test_each_step_shows_the_answer_whether_it_was_validated_and_the_tags_as_understood(visitor, sandbox):
    sandbox.publish("_hetk.northwind.example", "V=HETK1;  policy = Private ;sp=none; later=x")
    page = check(visitor, "northwind.example").content.decode()
    assert "Answered, not validated; read as private." in page
    assert "V=HETK1;  policy = Private ;sp=none; later=x" in page
    assert "Understood: v is hetk1; policy is private; sp is none; later is x." in page
    assert re.search(r"Asked at \d\d:\d\d:\d\d UTC", page)
    sandbox.dns("northwind.example", trouble="servfail")
    cache.clear()
    page = check(visitor, "northwind.example").content.decode()
    assert "validated; read" not in page
    assert "read as no answer" in page


def test_a_mistake_in_the_record_is_named(visitor, sandbox):
    sandbox.publish("_hetk.northwind.example", "v=hetk1; policy=privat")
    page = check(visitor, "northwind.example").content.decode()
    assert "neither private nor none" in page
    assert "northwind.example: private" in page


def test_a_record_cannot_bring_markup_into_the_page(visitor, sandbox):
    sandbox.publish("_hetk.northwind.example", "v=hetk1; policy=<script>alert(1)</script>")
    assert "<script>alert" not in check(visitor, "northwind.example").content.decode()


def test_silence_is_told_as_private_until_there_is_an_answer(visitor, sandbox):
    sandbox.dns("northwind.example", trouble="refused")
    page = check(visitor, "northwind.example").content.decode()
    assert "northwind.example: no answer" in page
    assert "treats the domain as private" in page


def test_what_is_no_domain_is_refused_beside_the_field_and_nobody_is_asked(visitor, sandbox):
    page = check(visitor, "not a domain").content.decode()
    assert "such as example.com" in page
    assert sandbox.questions() == []


def test_one_domain_is_asked_once_a_minute_however_many_look(visitor, sandbox):
    for _ in range(3):
        check(visitor, "northwind.example")
    assert len(sandbox.questions()) == 2


def test_a_visitor_who_checks_too_often_is_asked_to_wait(visitor, sandbox):
    statuses = [check(visitor, f"d{number}.example").status_code for number in range(11)]
    assert statuses == [200] * 10 + [429]
    assert len({question["name"] for question in sandbox.questions()}) == 10


def test_looking_takes_a_token_a_link_cannot_make_us_ask(sandbox):
    strict = Client(enforce_csrf_checks=True)
    assert check(strict, "northwind.example").status_code == 403
    assert strict.get(reverse("policy_setup"), {"domain": "northwind.example"}).status_code == 200
    assert sandbox.questions() == []


def test_a_check_stores_nothing_and_shows_nobody_which_domains_are_known(visitor, sandbox):
    check(visitor, "northwind.example")
    assert not Domain.objects.exists()
