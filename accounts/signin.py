"""Signing in with a verified identity, by allauth: sessions, second factors and limits are its business.

The key is (issuer, subject). An address never signs anybody in: an address that belongs to a Hetk account already leads to
a page that asks to sign in as before. A newcomer whose address the provider did not verify (Microsoft never does, Google
sometimes) must confirm it by a mailed code, and until then nothing of theirs is stored but a sealed note in their own
session: a made-up address can neither squat an account nor wait inside one for its owner.
"""

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.http import HttpRequest, HttpResponse

from accounts.connections import uid
from accounts.models import Connection, User
from accounts.oauth.identity import Identity


def is_known(identity: Identity) -> bool:
    """This identity has signed in here before."""
    return bool(SocialAccount.objects.filter(provider=identity.kind, uid=uid(identity)).exists())


def is_taken(identity: Identity) -> bool:
    """A newcomer's account or address belongs to somebody's Hetk account already."""
    return bool(
        Connection.objects.filter(issuer=identity.issuer, subject=identity.subject).exists()
        or User.objects.filter(email__iexact=identity.address).exists()
        or EmailAddress.objects.filter(email__iexact=identity.address).exists()
    )


def enter(request: HttpRequest, identity: Identity, *, next_url: str, confirmed: bool = False) -> HttpResponse:
    """Signs in, or makes the account and signs in. The person may still be asked for a second factor by the answer.

    `confirmed`: a newcomer has proved the address by a mailed code.
    """
    address = EmailAddress(email=identity.address, verified=identity.address_verified or confirmed, primary=True)
    sociallogin = SocialLogin(
        user=User(email=identity.address),
        account=SocialAccount(provider=identity.kind, uid=uid(identity), extra_data={"tenant": identity.tenant}),
        email_addresses=[address],
        provider=get_adapter().get_provider(request, identity.kind),
    )
    sociallogin.state = {"process": "login", "next": next_url}
    response: HttpResponse = complete_social_login(request, sociallogin)
    return response
