"""What is asked of organizations and what they answer stands in the audit; word that nobody can vouch for opens nothing."""

from urllib.parse import urlencode

import pytest
from django.core import mail, signing

from accounts import approvals, audit, halts
from accounts.audit import Act
from accounts.chain import Chain
from accounts.models import Approval, Connection, HaltCause
from sandbox.cast import FABRIKAM, NORTHWIND
from tests.accounts.browser import Browser
from tests.accounts.test_approvals import ALICE, approved, asked, come_back, link_in
from tests.accounts.test_protection import deliver, made
from tests.factories import connect, make_user

pytestmark = pytest.mark.django_db
DONE = "/admin-approval/done/"


def acts(user, *but):
    return [entry.act for entry in audit.entries_of(user) if entry.act not in but]


def one(user, act):
    (entry,) = [entry for entry in audit.entries_of(user) if entry.act == act]
    return entry.facts, audit.personal_of(entry)


def holds(user):
    return audit.verify(Chain.objects.get(user=user)) is None


def test_from_the_refusal_to_the_proof_every_step_of_a_consent_is_on_record(sandbox, alice, browser):
    link = link_in(asked(browser))
    asked(browser)
    come_back(approved(sandbox, link))
    browser.through("/connect/microsoft/", "alice-fabrikam", address=ALICE)

    # A second refusal while somebody waits begins no second wait; the word comes once, the proof once.
    assert acts(alice) == [
        *(Act.CONNECT_REFUSED, Act.APPROVAL_AWAITED, Act.CONNECT_REFUSED),
        *(Act.CONSENT_GIVEN, Act.CONNECTED, Act.CONSENT_GIVEN),
    ]
    assert one(alice, Act.APPROVAL_AWAITED)[1] == {"domain": "fabrikam.example", "tenant": FABRIKAM.id}
    given = [entry.facts["how"] for entry in audit.entries_of(alice) if entry.act == Act.CONSENT_GIVEN]
    assert given == [approvals.Word.LINK, approvals.Word.TOKEN]
    assert "tenant" not in str([entry.facts for entry in audit.entries_of(alice)])
    assert holds(alice)
    page = browser.get("/activity/security/").content.decode()
    assert "Word came that an organization approved Hetk" in page
    assert "By the link for administrators, fabrikam.example" in page


def test_a_colleague_who_gets_through_is_on_record_for_who_waits_and_for_nobody_else(sandbox, alice, browser):
    asked(browser)
    ada = make_user("ada")

    Browser(ada).through("/connect/microsoft/", "admin-fabrikam")

    assert one(alice, Act.CONSENT_GIVEN)[0]["how"] == approvals.Word.COLLEAGUE
    assert acts(ada) == [Act.CONNECTED]


def test_who_stops_waiting_and_who_is_refused_again_read_it_in_their_history(sandbox, alice, browser):
    asked(browser)
    browser.post(f"/approvals/{Approval.objects.get().public_id}/forget/")
    asked(browser)

    assert acts(alice, Act.CONNECT_REFUSED) == [Act.APPROVAL_AWAITED, Act.APPROVAL_FORGOTTEN, Act.APPROVAL_AWAITED]


def test_a_refusal_is_written_to_whom_it_happened_and_a_made_up_callback_to_nobody(sandbox, alice, browser):
    browser.through("/connect/google/", "alice-gmail", choice="deny")
    facts, personal = one(alice, Act.CONNECT_REFUSED)
    assert facts == {"kind": "google", "cause": "denied"}
    assert personal["network"] == "127.0.0.0/24"

    for _ in range(3):
        browser.get("/connect/google/callback/?error=access_denied&state=made-up")

    assert acts(alice) == [Act.CONNECT_REFUSED]


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (HaltCause.CONSENT, [Act.HALTED, Act.CONSENT_WITHDRAWN]),
        (HaltCause.REVOKED, [Act.HALTED]),
        (HaltCause.CHALLENGE, [Act.HALTED]),
    ],
)
def test_a_consent_that_is_taken_back_is_told_once_beside_the_halt(sandbox, alice, cause, told):
    connection = connect(sandbox, alice, "alice-northwind")
    for _ in range(2):
        halts.halt(connection, cause)

    assert acts(alice, Act.CONNECTED) == told
    assert holds(alice)


def test_an_account_that_google_enables_again_is_told_to_have_come_back(sandbox, alice):
    connection = connect(sandbox, alice, "alice-gmail")
    deliver(made(sandbox, "account-disabled"))
    deliver(made(sandbox, "account-enabled"))

    assert acts(alice, Act.CONNECTED) == [Act.HALTED, Act.WENT_ON]
    assert one(alice, Act.WENT_ON)[1] == {"address": connection.address}
    assert holds(alice)


FORGED = {
    "no state": {"state": ""},
    "a state of somebody else's making": {"state": signing.dumps({"tenant": FABRIKAM.id, "domain": "x"}, key="k" * 50)},
    "a state of ours for another purpose": {
        "state": signing.dumps({"tenant": FABRIKAM.id, "domain": "x"}, salt="other")
    },
    "a success with an error beside it": {"error": "access_denied", "error_description": "AADSTS65004: declined"},
    "an error with nothing else": {"error": "server_error", "admin_consent": ""},
    "another tenant": {"tenant": NORTHWIND.id},
    "a tenant in other letters": {"tenant": "fabrikam.example"},
    "no flag": {"admin_consent": ""},
    "no tenant": {"tenant": ""},
    "a scope that is too small": {"scope": "https://graph.microsoft.com/User.Read openid"},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_callback_approves_nobody(sandbox, alice, browser, forged, caplog):
    asked(browser)
    right = {
        "admin_consent": "True",
        "tenant": FABRIKAM.id,
        "state": signing.dumps({"tenant": FABRIKAM.id, "domain": "fabrikam.example"}, salt=approvals.SALT),
    }

    answer = come_back(f"{DONE}?{urlencode({**right, **forged})}")

    assert "Hetk is not approved" in answer.content.decode()
    assert mail.outbox == []
    assert not Approval.objects.exclude(arrived_at=None).exists()
    assert Act.CONSENT_GIVEN not in acts(alice)
    assert "error" in forged or "was not believed" in caplog.text
    # The same without the forgery is word.
    assert "Hetk is approved" in come_back(f"{DONE}?{urlencode(right)}").content.decode()
    assert len(mail.outbox) == 1


def test_word_alone_opens_nothing_and_told_again_it_mails_nobody(sandbox, alice, browser):
    asked(browser)
    state = signing.dumps({"tenant": FABRIKAM.id, "domain": "fabrikam.example"}, salt=approvals.SALT)
    word = f"{DONE}?{urlencode({'admin_consent': 'True', 'tenant': FABRIKAM.id, 'state': state})}"

    # Nobody approved anything at Microsoft: whoever believes the mail is refused there, and waits again.
    for _ in range(3):
        come_back(word)
    again = asked(browser)

    assert len(mail.outbox) == 1
    assert not Connection.objects.exists()
    assert "wants an administrator to approve Hetk" in again
    assert Approval.objects.get().arrived_at is None
