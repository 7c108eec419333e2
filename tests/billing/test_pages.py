"""The pages about plans, in each state an account can be in; and that they are not there where plans do not apply."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import room
from billing.figures import FIGURES
from billing.models import Account
from billing.urls import urlpatterns
from sync.models import Pair
from tests.factories import make_user
from tests.web.household import Household

DAY = timedelta(days=1)
PAGES = ["pricing", "billing", "billing_buy", "billing_return", "billing_portal", "billing_resume", "billing_syncs"]


@pytest.fixture
def browser(alice: Household) -> Client:
    client = Client()
    client.force_login(alice.user)
    return client


def is_(alice: Household, **fields: object) -> None:
    Account.objects.filter(pk=room.account_of(alice.user).pk).update(**{"trial_ends_at": timezone.now(), **fields})


def read(browser: Client, name: str = "billing") -> str:
    answer = browser.get(reverse(name))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_every_address_is_known_here():
    assert {pattern.name for pattern in urlpatterns} == {*PAGES, "hook_stripe"}


@pytest.mark.parametrize("name", PAGES)
def test_where_plans_do_not_apply_there_is_no_page_about_them(browser, settings, name):
    settings.BILLING = False
    assert {browser.get(reverse(name)).status_code, browser.post(reverse(name)).status_code} <= {404, 405}
    page = browser.get(reverse("settings")).content.decode()
    assert "Plan and billing" not in page
    assert not Account.objects.exists()


@pytest.mark.parametrize("name", [name for name in PAGES if name != "pricing"])
def test_who_is_not_signed_in_is_asked_to(db, name):
    verb = Client().get if name in {"billing", "billing_return", "billing_syncs"} else Client().post
    answer = verb(reverse(name))
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize("name", ["billing_buy", "billing_portal", "billing_resume"])
def test_a_verb_is_never_carried_out_by_get_nor_without_its_token(alice, browser, name):
    assert browser.get(reverse(name)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice.user)
    assert strict.post(reverse(name)).status_code == 403


def test_prices_are_public_and_those_of_the_plans(db):
    page = read(Client(), "pricing")
    for words in ("$2 a month, or $15 a year", "$6 a month, or $50 a year", "Try for 21 days"):
        assert words in page


def test_a_newcomer_sees_the_trial_and_that_nothing_is_charged_before_its_end(browser):
    page = read(browser)
    assert "21 days left" in page
    assert "0 of 8 syncs running" in page
    assert "Nothing is charged before your trial ends" in page


def test_a_trial_that_ends_soon_is_said_on_every_page_and_a_long_one_is_not(alice, browser):
    assert "Your trial ends" not in read(browser, "dashboard")
    is_(alice, trial_ends_at=timezone.now() + 6 * DAY)
    assert "Your trial ends on" in read(browser, "dashboard")
    assert "Your trial ends on" in read(browser, "settings")


def test_grace_and_pause_say_that_calendars_are_safe_and_when_what_happens(alice, browser):
    alice.pair()
    is_(alice)
    assert "Your trial has ended. Your calendars are safe" in read(browser)
    is_(alice, trial_ends_at=timezone.now() - 20 * DAY)
    assert "every copy is still in its place" in read(browser)
    assert "Your syncs are paused, because your plan has ended." in read(browser, "dashboard")
    assert "none can run at the moment" in read(browser, "billing_syncs")


def test_somebody_without_syncs_has_none_to_choose_from_and_nothing_to_save(alice, browser):
    page = browser.get(reverse("billing_syncs")).content.decode()
    assert "no sync to choose from" in page
    assert ">Save<" not in page
    alice.pair()
    page = browser.get(reverse("billing_syncs")).content.decode()
    assert "no sync to choose from" not in page
    assert ">Save<" in page


def test_no_page_promises_other_days_and_prices_than_those_that_decide(alice, browser, monkeypatch):
    """Other figures than today's: wherever one of today's still stood, it would be one that somebody typed."""
    alice.pair()
    others = {
        "trial": 31,
        "tried": "Everything",
        "grace": 44,
        "ahead": "9 days",
        "personal": "77",
        "professional": "88",
    }
    for name, value in others.items():
        monkeypatch.setitem(FIGURES, name, value)
    said = read(Client(), "pricing") + Client().get(reverse("pricing")).content.decode()
    soon, over = timezone.now() + 5 * DAY, timezone.now() - 20 * DAY
    states: list[dict[str, object]] = [{}, {"trial_ends_at": soon}, {"trial_ends_at": over}]
    for state in [*states, {"granted_plan": "personal", "granted_until": soon}]:
        is_(alice, **{"granted_plan": "", "granted_until": None, **state})
        said += read(browser) + read(browser, "dashboard")
    assert re.findall(r"\b(?:14|21|7|1) (?:more )?days?\b|from 2|from 6|everything that Professional", said) == []
    for value in others.values():
        assert str(value) in said


def test_what_fits_again_is_offered_in_one_click(alice, browser):
    for _ in range(2):
        alice.pair(first=alice.calendar(alice.microsoft, f"{_}"), second=alice.calendar(alice.google, f"{_}"))
    is_(alice, granted_plan="personal")
    Pair.objects.update(paused_at=timezone.now(), paused_by_plan=True)
    assert "2 syncs can run again." in read(browser, "dashboard")
    assert "Resume 2 syncs" in read(browser)


def test_a_pair_that_the_plan_paused_says_so_on_its_own_page(alice, browser):
    pair = alice.pair()
    Pair.objects.update(paused_at=timezone.now(), paused_by_plan=True)
    page = browser.get(reverse("pair", args=(pair.public_id,))).content.decode()
    assert "Your plan does not hold it at the moment." in page


def test_the_portal_is_closed_to_who_never_bought(browser):
    answer = browser.post(reverse("billing_portal"))
    assert answer.status_code == 409
    assert "has bought nothing yet" in answer.content.decode()


def test_staff_can_type_nothing_over_in_the_list_of_accounts(db, rf):
    from django.contrib import admin

    from billing.admin import AccountAdmin

    request = rf.get("/")
    request.user = make_user("staff", is_staff=True, is_superuser=True)
    page = AccountAdmin(Account, admin.site)
    assert set(page.fields) - set(page.get_readonly_fields(request)) == set()
    assert not page.has_change_permission(request)


def test_a_grant_in_the_admin_is_told_to_the_person(alice, rf):
    from django.contrib import admin

    from accounts.chain import ChainEntry
    from billing.admin import AccountAdmin

    account = room.account_of(alice.user)
    account.granted_plan = "professional"
    request = rf.post("/")
    request.user = make_user("staff", is_staff=True, is_superuser=True)
    AccountAdmin(Account, admin.site).save_model(request, account, None, True)
    assert Account.objects.get().granted_plan == "professional"
    assert ChainEntry.objects.filter(act="staff-changed", chain__user=alice.user).count() == 1
