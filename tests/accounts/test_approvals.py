"""Organizations that want an administrator's approval: what is handed to IT, what comes back, who is told, one click at the end."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import approvals
from accounts.models import Approval, Connection
from accounts.oauth import microsoft
from sandbox.cast import FABRIKAM, NORTHWIND
from tests.accounts.browser import Browser, answer, query_of
from tests.factories import make_user
from tests.hetk.papers import inside

pytestmark = pytest.mark.django_db
ALICE = "alice@fabrikam.example"


def asked(browser, address=ALICE):
    """Alice tries, her organization says no, and the page of it."""
    return browser.through("/connect/microsoft/", "alice-fabrikam", choice="return", address=address).content.decode()


def link_in(page):
    """The real address for administrators, as the message has it."""
    found = re.search(r"https://login\.microsoftonline\.com/\S+", unescape(page))
    assert found
    return found[0]


def approved(sandbox, link, person="admin-fabrikam", choice="accept", **more):
    """The administrator opens the link and answers; where Microsoft sends that browser, which knows nobody here."""
    return answer(link.replace("https://", f"{sandbox.url}/"), person, choice, **more)


def come_back(address):
    parts = urlsplit(address)
    return Browser().get(f"{parts.path}?{parts.query}")


def test_the_kit_names_the_tenant_the_scopes_and_nothing_wider(sandbox, browser):
    link = link_in(asked(browser))

    query = query_of(link)
    assert urlsplit(link).path == f"/{FABRIKAM.id}/v2.0/adminconsent"
    assert query["redirect_uri"].endswith("/admin-approval/done/")
    scopes = query["scope"].split()
    assert scopes == ["https://graph.microsoft.com/Calendars.ReadWrite", "openid", "profile", "email", "offline_access"]
    assert ".default" not in query["scope"]
    # What an administrator reads is what people are asked for.
    person = query_of(browser.start("/connect/microsoft/"))["scope"].split()
    assert {scope.rpartition("/")[2] for scope in scopes} == set(person) == {p.scope for p in microsoft.PERMISSIONS}


def test_the_message_can_be_copied_mailed_and_printed(sandbox, browser, settings):
    page = unescape(asked(browser))
    link = link_in(page)

    mailto = re.search(r'href="(mailto:\?[^"]+)"', page)
    assert mailto
    fields = parse_qs(urlsplit(mailto[1]).query)
    assert fields["subject"] == ["Please approve Hetk Calendar Sync for fabrikam.example"]
    for text in (page, fields["body"][0]):
        assert link in text
        assert "Calendars.ReadWrite" in text
        assert settings.MICROSOFT_CLIENT_ID in text
        assert "/admin-approval/" in text
    letter = re.search(r'href="(/admin-approval/letter\.pdf[^"]+)"', page)
    assert letter
    # Whoever has the link may print it, signed in or not.
    printed = Browser().get(letter[1])
    assert printed["Content-Type"] == "application/pdf"
    assert f"login.microsoftonline.com/{FABRIKAM.id}".encode() in inside(printed.content)


@pytest.mark.parametrize("state", ["", "x", "eyJhIjoxfQ:1:2"])
def test_nobody_prints_at_will(client, state):
    assert client.get("/admin-approval/letter.pdf", {"state": state}).status_code == 400


def test_asking_once_more_keeps_one_wait(sandbox, alice, browser):
    asked(browser)
    asked(browser)

    approval = Approval.objects.get()
    assert (approval.user, approval.tenant, approval.address) == (alice, FABRIKAM.id, ALICE)
    assert "has not approved Hetk yet" in browser.get("/connections/").content.decode()
    assert mail.outbox == []


def test_without_an_address_the_link_is_for_any_organization_until_one_is_named(sandbox, browser):
    page = asked(browser, address="")

    assert urlsplit(link_in(page)).path == "/organizations/v2.0/adminconsent"
    assert not Approval.objects.exists()
    response = browser.post("/approvals/", {"address": ALICE}, follow=True)
    assert urlsplit(link_in(response.content.decode())).path == f"/{FABRIKAM.id}/v2.0/adminconsent"
    assert Approval.objects.get().tenant == FABRIKAM.id


@pytest.mark.parametrize("address", ["alice@nowhere.example", "alice@outlook.example", "no address"])
def test_nobody_waits_for_what_is_no_organization(sandbox, browser, address):
    response = browser.post("/approvals/", {"address": address})

    assert response.status_code == 400
    assert not Approval.objects.exists()


def test_a_visitor_gets_the_message_and_nothing_is_remembered(sandbox):
    response = Browser().through("/signin/microsoft/", "alice-fabrikam", choice="return")

    assert "wants an administrator to approve Hetk" in response.content.decode()
    assert link_in(response.content.decode())
    assert not Approval.objects.exists()


def test_an_approval_tells_who_waits_once_and_the_rest_is_one_click(sandbox, browser):
    link = link_in(asked(browser))
    asked(Browser(make_user("bob")))

    page = come_back(back := approved(sandbox, link)).content.decode()

    assert "Hetk is approved for fabrikam.example" in page
    assert sorted(message.to[0] for message in mail.outbox) == ["alice@hetk.example", "bob@hetk.example"]
    assert "/connections/#approval-" in mail.outbox[0].body
    come_back(back)
    assert len(mail.outbox) == 2
    # One press, and Microsoft asks nothing any more: the account is hinted, the consent is there.
    assert "Finish connecting" in browser.get("/connections/").content.decode()
    approval = Approval.objects.get(user__email="alice@hetk.example")
    screen = browser.start(reverse("approval_finish", args=[approval.public_id]))
    assert query_of(screen)["login_hint"] == ALICE
    assert "prompt" not in query_of(screen)
    response = browser.come_back(answer(screen, "alice-fabrikam", ""))
    assert response["Location"] == "/connections/"
    assert Connection.objects.get().address == ALICE
    assert not Approval.objects.filter(user__email="alice@hetk.example").exists()


def test_somebody_who_gets_through_is_word_for_the_others(sandbox, browser):
    asked(browser)
    sandbox.forget_requests()

    Browser(make_user("ada")).through("/connect/microsoft/", "admin-fabrikam")

    assert [message.to for message in mail.outbox] == [["alice@hetk.example"]]
    assert Approval.objects.get().arrived_at


def test_somebody_who_signs_in_again_is_word_too(sandbox, browser):
    ada = make_user(email="admin@fabrikam.example")
    Browser(ada).through("/connect/microsoft/", "admin-fabrikam")
    asked(browser)

    Browser().through("/signin/microsoft/", "admin-fabrikam")

    told = [message.to for message in mail.outbox if "approved Hetk" in message.subject]
    assert told == [["alice@hetk.example"]]


def test_somebody_elsewhere_who_gets_through_tells_nobody(sandbox, browser):
    asked(browser)

    Browser(make_user("bob")).through("/connect/microsoft/", "bob-northwind")

    assert mail.outbox == []
    assert Approval.objects.get().arrived_at is None


def test_who_is_refused_again_waits_again_and_is_told_again(sandbox, browser):
    approvals.arrived(FABRIKAM.id)
    asked(browser)
    approvals.arrived(FABRIKAM.id)
    assert len(mail.outbox) == 1

    asked(browser)

    assert Approval.objects.get().arrived_at is None
    approvals.arrived(FABRIKAM.id)
    assert len(mail.outbox) == 2


def test_a_flag_of_success_beside_an_error_is_an_error(sandbox, browser):
    back = approved(sandbox, link_in(asked(browser)), choice="deny")
    assert query_of(back)["admin_consent"] == "True"

    page = come_back(back).content.decode()

    assert "Hetk is not approved" in page
    assert "You pressed Cancel" in page
    assert mail.outbox == []
    assert Approval.objects.get().arrived_at is None


def test_who_may_not_approve_is_told_which_role_may(sandbox, browser):
    back = approved(sandbox, link_in(asked(browser)), person="alice-fabrikam")

    assert "Cloud Application Administrator" in come_back(back).content.decode()
    assert mail.outbox == []


def _tampered(back, **changed):
    query = {**query_of(back), **changed}
    return come_back(f"{urlsplit(back).path}?" + "&".join(f"{name}={value}" for name, value in query.items()))


def test_what_does_not_fit_the_link_is_not_believed(sandbox, browser):
    back = approved(sandbox, link_in(asked(browser)))
    Approval.objects.create(
        user=make_user("bob"), tenant=NORTHWIND.id, address="bob@northwind.example", asked_at=timezone.now()
    )

    for changed in (
        {"state": "made-up"},
        {"tenant": NORTHWIND.id},
        {"tenant": "fabrikam.example"},
        {"admin_consent": "False"},
        {"scope": "openid"},
        {"error": "access_denied"},
    ):
        assert "Hetk is not approved" in _tampered(back, **changed).content.decode()
        assert mail.outbox == []
        assert not Approval.objects.exclude(arrived_at=None).exists()


def test_a_link_for_any_organization_speaks_for_none(sandbox, browser):
    asked(browser)
    anybodys = approvals.kit("", "").link
    back = approved(sandbox, anybodys)

    assert "Hetk is approved" in come_back(back).content.decode()
    assert mail.outbox == []


def test_a_link_is_good_for_half_a_year(sandbox, browser):
    state = query_of(link_in(asked(browser)))["state"]
    assert approvals.opened(state) == (FABRIKAM.id, "fabrikam.example")

    with time_machine.travel(timezone.now() + timedelta(days=181)), pytest.raises(approvals.Unbound):
        approvals.opened(state)


def test_mail_that_is_down_is_sent_later(sandbox, browser, settings):
    asked(browser)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    assert approvals.arrived(FABRIKAM.id) == 0

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert approvals.tell() == 1
    assert approvals.tell() == 0


def test_strangers_see_no_wait(sandbox, browser):
    asked(browser)
    approval = Approval.objects.get()
    stranger = Browser(make_user("charlie"))

    assert stranger.get(reverse("approval", args=[approval.public_id])).status_code == 404
    for name in ("approval_finish", "approval_forget"):
        assert stranger.post(reverse(name, args=[approval.public_id])).status_code == 404
    assert Approval.objects.exists()


def test_somebody_may_stop_waiting(sandbox, browser):
    asked(browser)

    browser.post(reverse("approval_forget", args=[Approval.objects.get().public_id]))

    approvals.arrived(FABRIKAM.id)
    assert mail.outbox == []


def test_administrators_read_all_permissions_and_get_their_own_link(sandbox, client):
    page = client.get("/admin-approval/").content.decode()
    for permission in microsoft.PERMISSIONS:
        assert permission.scope in page
        assert permission.why in page
    assert "adminconsent" not in page

    page = client.post("/admin-approval/", {"domain": "Ada@Fabrikam.example"}).content.decode()

    assert urlsplit(link_in(page)).path == f"/{FABRIKAM.id}/v2.0/adminconsent"


@pytest.mark.parametrize(
    ("domain", "words"),
    [("base.example", "GCC High"), ("nowhere.example", "No organization"), ("outlook.example", "No organization")],
)
def test_administrators_are_told_when_an_approval_would_not_help(sandbox, client, domain, words):
    page = client.post("/admin-approval/", {"domain": domain}).content.decode()

    assert words in page
    assert "adminconsent" not in page


def test_nobody_makes_us_ask_microsoft_at_will(sandbox, client):
    statuses = [client.post("/admin-approval/", {"domain": f"d{n}.example"}).status_code for n in range(12)]

    assert statuses[:10] == [200] * 10
    assert statuses[-1] == 429


def test_nobody_makes_us_print_at_will(client, db, monkeypatch):
    monkeypatch.setattr("hetk.pdf.of_html", str.encode)
    letter = urlsplit(approvals.kit(FABRIKAM.id, "fabrikam.example").letter)

    statuses = [client.get(f"{letter.path}?{letter.query}").status_code for _ in range(12)]

    assert statuses[:10] == [200] * 10
    assert statuses[-1] == 429
