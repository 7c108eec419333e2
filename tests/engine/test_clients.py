"""A credential row becomes a provider: what goes wrong with a token is told in the providers' words."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import oauth
from accounts.models import Connection
from accounts.oauth.errors import GrantDead, TryLater
from accounts.oauth.errors import OurFault as SecretRefused
from sync.engine.clients import Clients, ConnectionToken, Resting, Trouble
from sync.models import Calendar
from sync.providers.errors import ComeBack, NoAccess, OurFault, SignInAgain
from tests.engine.world import World

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def refusing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise error

    monkeypatch.setattr(oauth, "access_token", refuse)


def test_a_dead_grant_asks_to_sign_in_again_with_cause_and_challenge(monkeypatch):
    refusing(monkeypatch, GrantDead("challenge", "claims"))
    with pytest.raises(SignInAgain) as error:
        ConnectionToken(Connection())()
    assert (error.value.code, error.value.claims) == ("challenge", "claims")


def test_a_refused_secret_is_our_fault_and_never_a_dead_grant(monkeypatch):
    refusing(monkeypatch, SecretRefused("invalid_client"))
    with pytest.raises(OurFault):
        ConnectionToken(Connection())()


def test_a_silent_sign_in_service_is_asked_later(monkeypatch):
    refusing(monkeypatch, TryLater("no answer", 7.5))
    with pytest.raises(ComeBack) as error:
        ConnectionToken(Connection())()
    assert error.value.after == 7.5


def test_a_halted_connection_rests_without_an_end_and_a_throttled_one_until_then():
    with pytest.raises(Resting) as halted:
        Clients(NOW).of(Connection(halted_at=NOW))
    assert halted.value.until is None
    later = NOW + timedelta(seconds=1)
    with pytest.raises(Resting) as throttled:
        Clients(NOW).of(Connection(throttled_until=later))
    assert throttled.value.until == later


def test_a_connection_whose_pause_is_over_works_and_has_one_provider_a_cycle(world: World) -> None:
    connection = world.calendar("alice@home.example").connection
    connection.throttled_until = world.now
    clients = Clients(world.now)
    assert clients.of(connection) is clients.of(connection)
    assert not clients.rests(connection)


def test_an_error_carries_the_calendar_it_came_from():
    calendar = Calendar()
    with pytest.raises(Trouble) as trouble, Clients(NOW).blame(calendar):
        raise NoAccess("gone", status=404)
    assert trouble.value.calendar is calendar
    assert isinstance(trouble.value.error, NoAccess)
