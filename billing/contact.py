"""Stripe writes about invoices and cards to an address; when the main address of an account changes, it is told the new one."""

import logging
import uuid

from django.db.models import F

from billing import gateway
from billing.models import Account
from sync.providers.errors import NoAccess, ProviderError

log = logging.getLogger("hetk.billing")


def tell() -> int:
    """Everybody whose main address is not the one that was last told; who could not be told is next time. How many were."""
    waiting = Account.objects.exclude(customer="").exclude(told_address=F("user__email")).select_related("user")
    return sum(_tell(account) for account in waiting.order_by("pk"))


def _tell(account: Account) -> bool:
    new = account.user.email
    try:
        # A key of its own each time: who goes back to an old address within a day is told of like anybody else.
        key = f"acct-{account.public_id}-address-{uuid.uuid4()}"
        gateway.change_address(account.customer, old=account.told_address, new=new, key=key)
    except NoAccess:
        # Deleted at Stripe: there is nobody to write to.
        pass
    except ProviderError as error:
        log.warning("account %s: its address could not be told to Stripe: %s", account.public_id, error.message)
        return False
    Account.objects.filter(pk=account.pk, customer=account.customer).update(told_address=new)
    return True
