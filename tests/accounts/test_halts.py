"""A halted connection: once, told once, in words that help, and over as soon as the person is back."""

import pytest
from django.core import mail

from accounts import halts
from accounts.models import Connection, HaltCause
from tests.factories import make_connection, make_user

pytestmark = pytest.mark.django_db


def parts(message):
    """(text, HTML) of a mail."""
    return str(message.body), str(message.alternatives[0][0])


@pytest.fixture
def connection():
    return make_connection(make_user("alice"), "alice-northwind")


def test_halting_twice_keeps_the_first_cause_and_sends_one_mail(connection):
    assert halts.halt(connection, HaltCause.CHALLENGE, '{"a": 1}')
    first = Connection.objects.get().halted_at

    assert halts.halt(connection, HaltCause.REVOKED)

    row = Connection.objects.get()
    assert (row.halted_at, row.halt_cause, row.halt_claims) == (first, "challenge", '{"a": 1}')
    assert len(mail.outbox) == 1


def test_a_halt_forgets_the_access_token(connection):
    Connection.objects.update(access="sealed")

    halts.halt(connection, HaltCause.REVOKED)

    assert Connection.objects.get().access == ""


@pytest.mark.parametrize("cause", HaltCause.values)
def test_the_mail_says_what_happened_that_calendars_are_safe_and_what_to_do(connection, cause):
    halts.halt(connection, cause)

    message = mail.outbox[0]
    assert message.subject == "Reconnect Microsoft 365 to keep your calendars in step"
    for body in parts(message):
        assert "alice@northwind.example" in body
        assert HaltCause(cause).label in body
        assert "Your calendars are safe" in body
        assert "/connections/" in body
        assert "What we do" in body


def test_an_address_with_markup_stays_text_in_the_mail(connection):
    Connection.objects.update(address="<b>x</b>@evil.example")

    halts.halt(Connection.objects.get(), HaltCause.REVOKED)

    assert "<b>x</b>" not in parts(mail.outbox[0])[1]


def test_mail_that_is_down_does_not_stop_a_halt_and_is_sent_later(connection, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1

    assert halts.halt(connection, HaltCause.REVOKED)

    assert Connection.objects.get().halt_told_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert halts.tell_waiting() == 1
    assert halts.tell_waiting() == 0
    assert len(mail.outbox) == 1


def test_after_a_reconnect_the_next_halt_is_told_again(connection):
    halts.halt(connection, HaltCause.REVOKED)
    halts.resume(connection)
    row = Connection.objects.get()
    assert (row.halted_at, row.halt_cause, row.halt_claims, row.halt_told_at) == (None, "", "", None)

    halts.halt(connection, HaltCause.EXPIRED)

    assert len(mail.outbox) == 2


def test_a_connection_that_runs_is_told_nothing(connection):
    assert not halts.tell(connection)
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("code", "status", "claims", "cause"),
    [
        ("401", 401, "", "revoked"),
        ("401", 401, '{"access_token": {}}', "challenge"),
        ("insufficientPermissions", 403, "", "consent"),
        ("expired", 0, "", "expired"),
    ],
)
def test_what_a_provider_refuses_halts_for_a_reason_that_people_can_read(connection, code, status, claims, cause):
    halts.halt_refused(connection, code, status, claims)

    row = Connection.objects.get()
    assert (row.halt_cause, row.halt_claims) == (cause, claims)
    assert HaltCause(cause).label in mail.outbox[0].body
