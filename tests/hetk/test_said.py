"""What the pages for customers say: each statement names a test that exists, and none is made without one."""

from dataclasses import fields

import pytest
from django.test import Client
from django.urls import reverse

from billing.plans import Plan
from hetk.pages.cases import CASES
from tests.hetk import said
from tests.house.source import ROOT


@pytest.mark.parametrize("page", said.PROOFS)
def test_a_page_says_nothing_that_no_test_stands_behind(db, settings, page):
    settings.BILLING = True
    html = Client().get(reverse(page)).content.decode().replace("&#x27;", "'")
    assert said.statements(html) == set(said.PROOFS[page])


def test_a_use_case_answers_no_question_that_no_test_stands_behind():
    assert {question for case in CASES.values() for question, _ in case.asked} == set(said.ASKED)


def test_every_test_that_is_named_exists():
    missing = []
    for one in said.listed():
        file, _, name = one.proof.partition("::")
        if one.proof and f"def test_{name.removeprefix('test_')}(" not in (ROOT / file).read_text():
            missing.append(one.proof)
    assert missing == []


def test_a_new_row_or_question_would_be_noticed():
    html = (
        '<main><table><tr><th scope="row">Speed</th></tr></table><details><summary>How fast?</summary></details></main>'
    )
    assert said.statements(html) == {"Speed", "How fast?"}


def test_plans_differ_in_syncs_price_and_priority_and_in_nothing_else():
    told = {"key", "label", "pairs", "monthly", "yearly", "priority"}
    assert {field.name for field in fields(Plan)} == told
