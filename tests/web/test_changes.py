"""Changes of sub-processors: announced 30 days ahead, to whoever accepted the contract, once, and shown on the page."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.contracts import Announcement, Contract
from hetk.trust import changes
from hetk.trust.facts import NOTICE_DAYS
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(settings, tmp_path):
    """Writes the list: `written(begins=..., key=...)`, one change; today is announced."""

    def write(*changed: dict) -> None:
        today = timezone.now().date()
        lines = []
        for one in changed:
            fields = {
                "key": "2027-mailer", "announced": today, "begins": today + timedelta(days=NOTICE_DAYS), "company": "Contoso Mail",
                "what": "joins", "does": "Delivers mail", "data": "E-mail address", "where": "Ireland", **one,
            }  # fmt: skip
            told = [f"{name} = {value if isinstance(value, date) else repr(value)}" for name, value in fields.items()]
            lines += ["[[change]]", *told]
        place = tmp_path / "changes.toml"
        place.write_text("\n".join(lines))
        settings.SUBPROCESSOR_CHANGES = str(place)

    return write


def customer(name: str, *, times: int = 1):
    user = factories.make_user(name)
    for _ in range(times):
        Contract.objects.create(
            user=user, organization="Fabrikam", post="Tartu", version="v", fingerprint="f", text="t"
        )
    return user


def test_each_customer_with_a_contract_is_told_once_and_nobody_else(written):
    customer("alice", times=2), customer("bob"), factories.make_user("charlie")
    written({})
    assert (changes.announce(), changes.announce()) == (2, 0)
    assert sorted(letter.to[0] for letter in mail.outbox) == ["alice@hetk.example", "bob@hetk.example"]
    [text] = {letter.body for letter in mail.outbox}
    for word in ("Contoso Mail", "Delivers mail", "Ireland", f"{NOTICE_DAYS} days ahead", "privacy@hetk.io", "object"):
        assert word in text
    assert "Contoso Mail joins our sub-processors" in mail.outbox[0].subject
    assert "text/html" in mail.outbox[0].message().as_string()


def test_who_accepts_after_the_announcement_is_told_too(written):
    customer("alice")
    written({})
    changes.announce()
    customer("bob")
    assert changes.announce() == 1
    assert mail.outbox[-1].to == ["bob@hetk.example"]


def test_another_change_is_another_mail(written):
    customer("alice")
    written({})
    changes.announce()
    written({}, {"key": "2027-host", "company": "Fabrikam Cloud"})
    assert changes.announce() == 1
    assert "Fabrikam Cloud" in mail.outbox[-1].body


def test_nothing_is_told_before_its_day_nor_when_it_has_begun(written):
    customer("alice")
    day = timezone.now().date()
    far = timedelta(days=NOTICE_DAYS)
    written(
        {"key": "later", "announced": day + timedelta(days=1), "begins": day + far + timedelta(days=1)},
        {"key": "over", "announced": day - far, "begins": day},
    )
    assert changes.announce() == 0
    assert mail.outbox == []


def test_a_mail_that_does_not_leave_is_tried_again(written, settings):
    customer("alice")
    written({})
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    assert changes.announce() == 0
    assert Announcement.objects.get().sent_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert (changes.announce(), changes.announce()) == (1, 0)


WRONG = {
    "too soon": {"begins": timezone.now().date() + timedelta(days=NOTICE_DAYS - 1)},
    "no such word": {"what": "comes"},
    "a field too many": {"price": "2"},
    "no key": {"key": ""},
    "a day in words": {"begins": "soon"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_list_that_would_break_the_contract_is_refused_before_anything_starts(written, wrong):
    customer("alice")
    written(wrong)
    with pytest.raises(changes.Unreadable):
        changes.announce()
    assert mail.outbox == []
    assert "hetk.E052" in {problem.id for problem in run_checks()}


def test_a_list_that_is_not_there_is_refused_and_one_in_order_is_not(written, settings, tmp_path):
    settings.SUBPROCESSOR_CHANGES = str(tmp_path / "nowhere.toml")
    assert "hetk.E052" in {problem.id for problem in run_checks()}
    written({})
    assert "hetk.E052" not in {problem.id for problem in run_checks()}
    written({}, {})
    assert "hetk.E052" in {problem.id for problem in run_checks()}


def test_the_page_shows_what_is_ahead_and_what_was(written):
    day = timezone.now().date()
    assert "Changes ahead" not in Client().get(reverse("subprocessors")).content.decode()
    written(
        {},
        {
            "key": "old",
            "company": "Northwind Edge",
            "what": "leaves",
            "announced": date(2026, 1, 1),
            "begins": date(2026, 2, 1),
        },
    )
    html = Client().get(reverse("subprocessors")).content.decode()
    ahead, _, before = html.partition("Changes made")
    assert "Contoso Mail" in ahead
    assert f"{day + timedelta(days=NOTICE_DAYS):%-d %B %Y}" in ahead
    assert "Northwind Edge" in before
