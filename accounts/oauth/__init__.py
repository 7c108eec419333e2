"""The grants of connected accounts: the only place that authorizes, refreshes and revokes."""

from accounts.oauth.refresh import access_token, revoke

__all__ = ["access_token", "revoke"]
