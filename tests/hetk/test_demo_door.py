"""The door, the sandbox and the settings of tests fit together."""

import pytest
from django.core.mail import EmailMessage, get_connection

from hetk import outbound
from tests.environment import NOWHERE

GRAPH = "https://graph.microsoft.com/v1.0/me/calendars"


def test_without_the_sandbox_a_test_reaches_nothing(settings):
    assert settings.SANDBOX_URL == NOWHERE
    with pytest.raises(outbound.Unreachable):
        outbound.request("GET", GRAPH)


def test_with_it_every_request_goes_there_and_is_logged(sandbox):
    assert outbound.request("GET", GRAPH).status == 401
    [entry] = sandbox.requests(host="graph.microsoft.com")
    assert (entry["method"], entry["status"]) == ("GET", 401)
    assert sandbox.requests(host="www.googleapis.com") == []


def test_a_granted_token_opens_the_persons_calendars_and_a_revoked_one_none(sandbox):
    token = sandbox.grant("alice-northwind")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert outbound.request("GET", GRAPH, headers=headers).json()["value"]
    sandbox.revoke("alice-northwind")
    assert outbound.request("GET", GRAPH, headers=headers).status == 401


def test_an_injected_loss_is_lost_and_an_injected_drop_too_but_only_once(sandbox):
    sandbox.faults("graph.microsoft.com", "/me/calendars", lost=True)
    with pytest.raises(outbound.Lost):
        outbound.request("GET", GRAPH)
    sandbox.faults("graph.microsoft.com", "/me/calendars", drop=True)
    with pytest.raises(outbound.Lost):
        outbound.request("GET", GRAPH)
    assert outbound.request("GET", GRAPH).status == 401


def test_mails_arrive_in_the_sandboxs_mailbox(sandbox, settings):
    backend = get_connection("django.core.mail.backends.smtp.EmailBackend", port=settings.EMAIL_PORT)
    EmailMessage("Hello", "A code: 123", "no-reply@hetk.io", ["alice@northwind.example"], connection=backend).send()
    [mail] = sandbox.mailbox()
    assert "Hello" in str(mail)
    assert "alice@northwind.example" in str(mail)
    assert sandbox.invitations() == []
