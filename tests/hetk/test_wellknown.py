"""What others look for at fixed addresses: whose application this is, and whom to tell about a weakness."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine


def test_microsoft_finds_the_application_of_the_settings_under_exactly_its_type(client, settings):
    settings.MICROSOFT_CLIENT_ID = "11111111-2222-4333-8444-555555555555"

    response = client.get("/.well-known/microsoft-identity-association.json")

    assert response["Content-Type"] == "application/json"
    assert response.json() == {"associatedApplications": [{"applicationId": "11111111-2222-4333-8444-555555555555"}]}
    assert response.status_code == 200


def fields(response):
    return dict(line.split(": ", 1) for line in response.content.decode().splitlines())


def test_security_txt_says_whom_to_tell_where_the_rules_are_and_where_it_belongs(client, settings):
    settings.SITE_URL = "https://hetk.example"

    response = client.get("/.well-known/security.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    told = fields(response)
    assert set(told) == {"Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"}
    assert told["Contact"].startswith(("mailto:", "https://"))
    assert told["Canonical"] == "https://hetk.example/.well-known/security.txt"
    assert "Reporting a weakness" in client.get(told["Policy"].removeprefix("https://hetk.example")).content.decode()


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("day", [1, 15, 28])
def test_security_txt_is_good_for_30_to_365_days_on_any_day_of_the_year(client, month, day):
    now = datetime(2027, month, day, 12, tzinfo=UTC)

    with time_machine.travel(now, tick=False):
        expires = datetime.fromisoformat(fields(client.get("/.well-known/security.txt"))["Expires"])

    assert timedelta(days=30) < expires - now < timedelta(days=365)
