"""The door of the support desk: a second factor, shown within eight hours, and nothing behind it that opens accounts."""

import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin

from tests.accounts.browser import Browser
from tests.accounts.test_factors import code
from tests.factories import PASSWORD, authenticator_app, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return make_user("staff", is_staff=True, is_superuser=True)


def leads_to(browser: Browser, path: str = "/admin/accounts/user/") -> str:
    """Where the desk sends the browser in the end, without its query; the path itself when it lets it in."""
    for _ in range(4):
        answer = browser.get(path)
        if answer.status_code != 302:
            return path.partition("?")[0] if answer.status_code == 200 else str(answer.status_code)
        path = answer["Location"]
    raise AssertionError(f"in circles at {path}")


def test_a_stranger_is_sent_to_the_people_s_own_door():
    assert leads_to(Browser()) == "/accounts/login/"


def test_who_does_not_work_here_is_refused():
    browser = Browser()
    sign_in(browser, make_user("alice"), factor=authenticator_app(make_user("bob")))
    assert leads_to(browser) == "403"


def test_without_a_factor_staff_are_led_to_set_one_up(staff):
    browser = Browser()
    sign_in(browser, staff)
    assert leads_to(browser) == "/settings/security/"
    assert "the desk stays shut" in browser.get("/settings/security/").content.decode()


def test_a_session_that_showed_no_factor_is_asked_for_it_and_then_let_in(staff):
    authenticator_app(staff)
    browser = Browser()
    sign_in(browser, staff)
    assert leads_to(browser) == "/accounts/2fa/reauthenticate/"
    answer = browser.post("/accounts/2fa/reauthenticate/?next=/admin/accounts/user/", {"code": code()})
    assert answer["Location"] == "/admin/accounts/user/"
    assert leads_to(browser) == "/admin/accounts/user/"


def test_signing_in_with_password_and_factor_opens_it(staff):
    authenticator_app(staff)
    browser = Browser()
    browser.post("/accounts/login/", {"login": staff.email, "password": PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert leads_to(browser) == "/admin/accounts/user/"


@pytest.mark.parametrize(("hours", "open_"), [(7.9, True), (8.1, False)])
def test_a_factor_that_was_shown_opens_it_for_eight_hours(staff, hours, open_):
    browser = Browser()
    sign_in(browser, staff, factor=authenticator_app(staff))
    session = browser.session
    session["account_authentication_methods"][-1]["at"] = time.time() - hours * 3600
    session.save()
    assert (leads_to(browser) == "/admin/accounts/user/") is open_


def test_a_factor_that_was_taken_away_opens_nothing(staff):
    factor = authenticator_app(staff)
    browser = Browser()
    sign_in(browser, staff, factor=factor)
    Authenticator.objects.filter(pk=factor.pk).delete()
    assert leads_to(browser) == "/settings/security/"


def test_sessions_factors_addresses_and_queues_are_not_shown_there():
    apps = {model._meta.app_label for model in admin.site._registry}
    assert "accounts" in apps
    assert apps & {"mfa", "usersessions", "account", "socialaccount", "django_q"} == set()
