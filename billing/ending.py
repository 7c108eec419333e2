"""Before an account is deleted nothing may go on being paid for."""

from accounts.models import User
from billing import gateway
from billing.models import Account
from billing.standing import ENDED


def end_for(user: User) -> None:
    """End every subscription of the person at once and delete the customer at Stripe; invoices stay there.

    Raises what the gateway raises: the account must not be deleted while Stripe did not answer. Calling it again is harmless.
    """
    account = Account.objects.filter(user=user).first()
    if account is None or not account.customer:
        return
    if account.checkout:
        # Nobody buys on a page that is still open somewhere.
        gateway.close_checkout(account.checkout)
    for subscription in gateway.subscriptions(account.customer):
        if subscription.status not in ENDED | {"incomplete_expired"}:
            gateway.cancel(subscription.id)
    gateway.delete_customer(account.customer)
    Account.objects.filter(pk=account.pk).update(
        customer="", told_address="", subscription="", checkout="", status="canceled"
    )
