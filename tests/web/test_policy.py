"""What people see where the policy of a domain holds: whose it is, when it was read, and no way to switch it off."""

import pytest
from django.urls import reverse

from policy import keeper
from policy.record import Policy, Record
from policy.standing import Answer
from sync.models import Flow, FlowSettings
from tests.web.household import Household

pytestmark = pytest.mark.django_db
TEXT = "v=hetk1; policy=private"
OPEN = FlowSettings(private=False)


@pytest.fixture
def policy():
    """northwind.example publishes one; the others answer that they have none."""
    private = [Answer(Record(Policy.PRIVATE, text=TEXT))] * 2
    keeper.use(lambda domain: private if domain == "northwind.example" else [Answer(Record())] * 2)


def page(browser, name: str, *args: object) -> str:
    return browser.get(reverse(name, args=args)).content.decode()


def test_the_edit_page_names_the_domain_its_record_and_when_it_was_read_and_offers_no_way_out(alice, browser, policy):
    pair = alice.pair(two_way=True)
    Flow.objects.update(private=False)
    text = page(browser, "edit", pair.public_id)
    assert text.count("northwind.example makes every copy private.") == 1
    assert TEXT in text
    assert 'type="radio" name="back-private"' in text
    assert 'type="radio" name="out-private"' not in text
    assert '<input type="hidden" name="out-private" value="no">' in text


def test_what_the_person_chose_is_kept_for_the_day_the_policy_goes(alice, browser, policy):
    pair = alice.pair(two_way=False)
    Flow.objects.update(private=False)
    browser.post(
        reverse("edit", args=[pair.public_id]),
        {"direction": "one", "out-private": "no", "out-show_as": "keep", "save": "1"},
    )
    assert not Flow.objects.get().private


def test_the_page_of_a_pair_says_what_others_see_under_the_policy(alice: Household, browser, policy):
    pair = alice.pair(two_way=False)
    Flow.objects.update(private=False)
    page(browser, "edit", pair.public_id)
    text = page(browser, "pair", pair.public_id)
    assert "northwind.example makes every copy private" in text
    assert "Full details" not in text


def test_a_domain_that_does_not_answer_is_named_as_such(alice, browser):
    keeper.use(lambda domain: [Answer(None)])
    pair = alice.pair(two_way=False)
    text = page(browser, "edit", pair.public_id)
    assert "Nobody answers for northwind.example, so every copy is private." in text
    assert "Last answer: never" in text


def test_where_no_policy_holds_nothing_is_said_of_one(alice, browser):
    pair = alice.pair(two_way=False)
    assert "makes every copy private" not in page(browser, "edit", pair.public_id)
