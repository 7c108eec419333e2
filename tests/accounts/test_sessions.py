"""Sessions: how long they last, who sees them, how they end, and what a browser forgets then."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core import mail

from accounts import agents, sessions
from accounts.models import Device
from tests.accounts.browser import Browser
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
DAY = 24 * 3600
START = datetime(2026, 11, 25, 12, tzinfo=UTC)


def signed_in(name: str = "alice", **headers: str) -> Browser:
    browser = Browser()
    browser.defaults.update(headers)
    answer = browser.post("/accounts/login/", {"login": f"{name}@hetk.example", "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return browser


def lives(browser: Browser) -> bool:
    return browser.get("/settings/security/").status_code == 200


@pytest.mark.parametrize(
    ("began", "seen", "staff", "over"),
    [
        (30 * DAY - 1, 1, False, False),
        (30 * DAY, 1, False, True),
        (20 * DAY, 14 * DAY - 1, False, False),
        (20 * DAY, 14 * DAY, False, True),
        (8 * 3600 - 1, 1, True, False),
        (8 * 3600, 1, True, True),
    ],
)
def test_a_session_is_over_idle_or_old(began, seen, staff, over):
    assert sessions.is_over(began=-began, seen=-seen, now=0, staff=staff) is over


@pytest.mark.parametrize(("days", "lived"), [(13.9, True), (14.1, False)])
def test_without_use_it_ends_after_fourteen_days(alice, days, lived):
    with time_machine.travel(START, tick=False) as clock:
        browser = signed_in()
        clock.shift(timedelta(days=days))
        assert lives(browser) is lived


def test_used_every_day_it_ends_after_thirty(alice):
    with time_machine.travel(START, tick=False) as clock:
        browser = signed_in()
        for _ in range(29):
            clock.shift(timedelta(days=1))
            assert lives(browser)
        clock.shift(timedelta(days=1))
        assert not lives(browser)


def test_of_somebody_who_works_here_after_eight_hours():
    make_user("staff", is_staff=True)
    with time_machine.travel(START, tick=False) as clock:
        browser = signed_in("staff")
        clock.shift(timedelta(hours=7, minutes=59))
        assert lives(browser)
        clock.shift(timedelta(minutes=2))
        assert not lives(browser)


def test_the_cookie_outlives_the_browser_and_gets_a_new_key_at_sign_in(alice):
    browser = Browser()
    browser.get("/accounts/login/")
    session = browser.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    cookie = browser.cookies["session"]
    assert cookie.value != planted
    assert int(cookie["max-age"]) == 14 * DAY


def test_pages_that_ask_again_and_again_write_once_in_five_minutes(alice, django_assert_num_queries):
    with time_machine.travel(START, tick=False) as clock:
        browser = signed_in()
        key = UserSession.objects.get().session_key
        for minutes, expected in ((4, 0), (2, 6)):
            clock.shift(timedelta(minutes=minutes))
            browser.get("/accounts/logout/")
            seen = UserSession.objects.get(session_key=key).last_seen_at
            assert (seen - START).total_seconds() == expected * 60


def test_the_page_names_browsers_as_people_do_and_which_is_this_one(alice):
    signed_in(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="192.0.2.9")
    shown = signed_in().get("/settings/security/").content.decode()
    assert "Firefox on Windows" in shown
    assert "192.0.2.9" in shown
    assert shown.count("this one") == 1


def test_one_of_them_is_ended_from_another(alice):
    lost = signed_in(HTTP_USER_AGENT=FIREFOX)
    here = signed_in()
    shown = here.get("/settings/security/").content.decode()
    found = re.findall(r"/settings/security/sessions/(\d+)/end/", shown)
    assert len(found) == 1
    here.post(f"/settings/security/sessions/{found[0]}/end/")
    assert not lives(lost)
    assert lives(here)


def test_all_others_are_ended_at_once_and_nobody_elses(alice):
    make_user("bob")
    others, bob, here = [signed_in(), signed_in()], signed_in("bob"), signed_in()
    here.post("/settings/security/sessions/end/")
    assert [lives(browser) for browser in (*others, bob, here)] == [False, False, True, True]


def test_nothing_ends_by_looking(alice):
    other, here = signed_in(), signed_in()
    session = UserSession.objects.get(session_key=other.session.session_key)
    assert here.get(f"/settings/security/sessions/{session.pk}/end/").status_code == 405
    assert here.get("/settings/security/sessions/end/").status_code == 405
    assert lives(other)


def test_a_new_password_ends_all_other_sessions_and_is_told(alice):
    other, here = signed_in(), signed_in()
    fields = {"oldpassword": PASSWORD, "password1": "another long pass phrase", "password2": "another long pass phrase"}
    here.post("/accounts/password/change/", fields)
    assert not lives(other)
    assert lives(here)
    assert mail.outbox[-1].subject == "Your Hetk password was changed"


def test_a_password_that_was_set_anew_by_mail_ends_every_session(alice):
    thief, owner = Browser(), Browser()
    thief.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert thief.get("/settings/security/").status_code == 200
    owner.post("/accounts/password/reset/", {"email": alice.email})
    found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    form = owner.get(found[1])["Location"]
    owner.post(form, {"password1": "another-Good-one-7", "password2": "another-Good-one-7"})
    assert thief.get("/settings/security/").status_code == 302
    # The link is used up.
    assert "Location" not in Browser().get(found[1])


def test_after_a_factor_changed_ending_the_other_sessions_is_offered_once(alice):
    from tests.accounts.test_factors import set_up

    signed_in()
    here = signed_in()
    assert "End the other sessions" not in here.get("/settings/security/").content.decode()
    session = here.session
    session[sessions.OFFER] = True
    session.save()
    assert "End the other sessions" in here.get("/settings/security/").content.decode()
    assert "End the other sessions" not in here.get("/settings/security/").content.decode()
    set_up(here)


def test_signing_out_has_the_browser_forget_pages_but_not_that_it_is_known(alice):
    browser = signed_in()
    answer = browser.post("/accounts/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.cookies["device"].value
    assert "Clear-Site-Data" not in browser.get("/").headers


@pytest.mark.parametrize(
    "path", ["/settings/security/", "/accounts/email/", "/dashboard/", "/accounts/2fa/totp/activate/"]
)
def test_nothing_of_a_signed_in_person_is_stored_by_browsers(alice, path):
    assert signed_in().get(path).headers["Cache-Control"] == "no-store"


def test_a_new_browser_is_told_by_mail_and_the_first_and_a_known_one_are_not(alice):
    known = signed_in()
    assert mail.outbox == []
    known.post("/accounts/logout/")
    known.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert mail.outbox == []
    signed_in(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="192.0.2.9")
    assert [letter.subject for letter in mail.outbox] == ["New sign-in to Hetk"]
    letter = mail.outbox[0]
    assert isinstance(letter, mail.EmailMultiAlternatives)
    assert letter.to == [alice.email]
    assert "Firefox on Windows, from 192.0.2.9" in str(letter.body)
    assert "Firefox on Windows" in str(letter.alternatives[0][0])
    assert Device.objects.count() == 2


def test_a_made_up_device_is_not_taken_over(alice):
    signed_in()
    browser = Browser()
    browser.cookies["device"] = "made-up"
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert browser.cookies["device"].value != "made-up"
    assert len(mail.outbox) == 1
    assert "made-up" not in str(list(Device.objects.values()))


@pytest.mark.parametrize(
    ("said", "label"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.9", "curl"),
        ("", "An unknown browser"),
        ("<script>alert(1)</script>", "An unknown browser"),
    ],
)
def test_browsers_have_names(said, label):
    assert agents.label(said) == label
