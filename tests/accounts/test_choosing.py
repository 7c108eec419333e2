"""Which passwords are taken: long enough and not common, and of whatever they are made."""

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def sign_up(password: str) -> bool:
    answer = Client().post("/accounts/signup/", {"email": "new@hetk.example", "password1": password})
    return answer.status_code == 302 and User.objects.filter(email="new@hetk.example").exists()


@pytest.mark.parametrize("password", ["", "sh0rt!!", "password1", "qwertyuiop", "new@hetk.example"])
def test_a_short_or_common_one_or_the_address_itself_is_refused(password):
    assert not sign_up(password)


@pytest.mark.parametrize(
    "password", ["onlylettersbutuncommon", "õhtul sajab vihma ja ☂", "x7" * 64, " with blanks at both ends "]
)
def test_length_and_rarity_alone_are_judged(password):
    assert sign_up(password)


def test_it_is_taken_exactly_as_it_was_typed():
    long = "A" + "b7" * 40
    assert sign_up(long)
    user = User.objects.get()
    assert user.check_password(long)
    assert not user.check_password(long.lower())
    assert not user.check_password(long[:72])


@pytest.mark.parametrize("password", ["Hetk2026!!", "hetk-calendar-sync", "kalender12345", "my.HETK.sync.99"])
def test_what_is_made_of_words_of_this_site_is_refused(password):
    assert not sign_up(password)
    # Beside something of one's own they do no harm.
    assert sign_up(f"{password} Kadriorg puffin")
