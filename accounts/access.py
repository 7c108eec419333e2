"""Who may see what: the only way from a request and an id to a row. A stranger's id looks like one that does not exist."""

from typing import cast
from uuid import UUID

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import ApiToken, Approval, Chain, Connection, Contract, Deletion, Kind, Message, User


def person(request: HttpRequest) -> User:
    """Who is signed in; views that call this have asked for it (`login_required`)."""
    return cast("User", request.user)


def chain_of(user: User) -> Chain | None:
    """The audit of an account; None before its first entry."""
    return Chain.objects.filter(user=user).first()


def deletion_or_404(public_id: UUID) -> Deletion:
    """Found by its address alone: who may see it has no account any more."""
    return get_object_or_404(Deletion.objects.select_related("user"), public_id=public_id)


def connections_of(request: HttpRequest) -> QuerySet[Connection]:
    """The signed-in person's connections."""
    return Connection.objects.filter(user=person(request))


def connection_or_404(request: HttpRequest, public_id: UUID) -> Connection:
    """The signed-in person's connection with this id."""
    return get_object_or_404(connections_of(request), public_id=public_id)


def identities_of(request: HttpRequest) -> QuerySet[SocialAccount]:
    """The Google and Microsoft accounts that sign the person in."""
    found: QuerySet[SocialAccount] = SocialAccount.objects.filter(user=person(request)).order_by("provider", "pk")
    return found


def identity_or_404(request: HttpRequest, identity_id: int) -> SocialAccount:
    return get_object_or_404(identities_of(request), pk=identity_id)


def session_or_404(request: HttpRequest, session_id: int) -> UserSession:
    return get_object_or_404(UserSession, user=person(request), pk=session_id)


def contracts_of(user: User) -> list[Contract]:
    """The contracts on data processing that the person accepted, the last one first; without their texts."""
    return list(Contract.objects.filter(user=user).defer("text"))


def contract_or_404(request: HttpRequest, contract_id: int) -> Contract:
    return get_object_or_404(Contract, user=person(request), pk=contract_id)


def approvals_of(request: HttpRequest) -> QuerySet[Approval]:
    """The organizations that the signed-in person waits for."""
    return Approval.objects.filter(user=person(request))


def approval_or_404(request: HttpRequest, public_id: UUID) -> Approval:
    return get_object_or_404(approvals_of(request), public_id=public_id)


def token_or_404(request: HttpRequest, public_id: UUID) -> ApiToken:
    """One of the person's tokens for the API."""
    return get_object_or_404(ApiToken, user=person(request), public_id=public_id)


def message_or_404(number: int) -> Message:
    """At the support desk: what anybody wrote to us."""
    return get_object_or_404(Message, pk=number)


def kind_or_404(kind: str) -> Kind:
    """A provider that people sign in at."""
    try:
        found = Kind(kind)
    except ValueError:
        raise Http404("There is no such provider.") from None
    if found.by_password:
        raise Http404("Nobody signs in there.")
    return found
