"""Who may see which account: everybody their own, and nobody another."""

from django.http import HttpRequest

from accounts.access import person
from billing.models import Account
from billing.room import account_of


def account(request: HttpRequest) -> Account:
    return account_of(person(request))
