"""The way in: a token in the Authorization header and nothing else. No session counts here, so there is no form to forge."""

from typing import TYPE_CHECKING, Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, ParseError, PermissionDenied
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from accounts import tokens
from accounts.models import ApiToken, User
from accounts.terms import has_accepted

if TYPE_CHECKING:
    # It reads the settings that name this module.
    from rest_framework.views import APIView

READ, WRITE, EXPLAIN = "read", "write", "explain"
# So many requests of one token in a minute.
CALLS = "120/min"
HOW = "Send a token: “Authorization: Bearer hetk_…”. Tokens are made under Settings, API tokens."


class Json(JSONParser):
    """As anywhere, and what is nested too deeply to be read is no JSON either."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply") from None


class Bearer(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        kind, _, secret = get_authorization_header(request).decode("latin-1").strip().partition(" ")
        if kind.lower() != "bearer":
            return None
        token = tokens.find(secret.strip())
        if token is None:
            raise AuthenticationFailed("This token is unknown, revoked or expired.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Hetk"'


class Scoped(BasePermission):
    """The token may do what the address does (`opens`), and its person has accepted the terms as they are now."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, ApiToken):
            raise NotAuthenticated(HOW)
        scope = getattr(view, "scopes", {}).get(request.method, READ)
        if scope not in request.auth.scopes.split():
            raise PermissionDenied(f"This token may {request.auth.may}. This asks for “{scope}”.")
        if not has_accepted(request.auth.user):
            raise PermissionDenied(
                "The terms of use have changed. Sign in once to accept them; tokens work again then."
            )
        return True


class PerToken(SimpleRateThrottle):
    rate = CALLS
    scope = "token"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        return f"api-calls:{request.auth.pk}"
