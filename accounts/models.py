"""People and their connections.

Data category of every field is named in `docs/data.md`; no calendar content is ever a column.
"""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

from accounts.chain import Chain, ChainEntry
from accounts.contracts import Announcement, Contract
from accounts.deletions import Deletion
from accounts.message import Message

__all__ = [
    "Announcement",
    "Chain",
    "ChainEntry",
    "Connection",
    "Contract",
    "Deletion",
    "HaltCause",
    "Kind",
    "Message",
    "User",
    "Users",
]


class Users(UserManager["User"]):
    """Creates users by address; there are no user names."""

    def _build(self, email: str, password: str | None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":  # type: ignore[override]
        return self._build(email, password, **fields)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":  # type: ignore[override]
        return self._build(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class User(AbstractUser):
    """One person. Signs in by address, by Google or by Microsoft (see `accounts/adapter.py`)."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Users] = Users()

    def __str__(self) -> str:
        return self.email


class Kind(models.TextChoices):
    MICROSOFT = "microsoft", "Microsoft 365"
    GOOGLE = "google", "Google"
    ICLOUD = "icloud", "iCloud"
    CALDAV = "caldav", "CalDAV"
    FEED = "feed", "Calendar feed"

    @property
    def by_password(self) -> bool:
        """Entered with a secret that is typed in here; nobody signs in to Hetk with such an account."""
        return self in (Kind.ICLOUD, Kind.CALDAV, Kind.FEED)


class HaltCause(models.TextChoices):
    """Why a connection stands still until its owner signs in again."""

    REVOKED = "revoked", "access was revoked"
    EXPIRED = "expired", "the sign-in expired"
    CHALLENGE = "challenge", "your organization asks you to sign in again"
    CONSENT = "consent", "calendar access is no longer granted"
    BARRED = "barred", "the account is disabled, or your organization no longer lets it use Hetk"
    PASSWORD = "password", "the password no longer works"
    DISABLED = "disabled", "Google disabled the account"
    APPLE_PASSWORD = (
        "apple-password",
        "its app-specific password no longer works, most often because the password of the Apple Account was changed",
    )
    FEED = "feed", "its address has given no calendar for half a day"


class Connection(models.Model):
    """One connected account. Its identity is (issuer, subject); the address is for people and may change."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="connections")
    kind = models.CharField(max_length=16, choices=Kind)
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    tenant = models.CharField(max_length=64, blank=True)
    address = models.EmailField()
    # Other addresses and domains that the provider named for the account, set apart by blanks.
    aliases = models.TextField(blank=True)
    scopes = models.TextField(blank=True)
    # Sealed by `accounts.vault`, bound to this row: what a refresh needs, and the short-lived access token beside it.
    grant = models.TextField(blank=True)
    access = models.TextField(blank=True)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    # Refreshes never race: whoever holds this lease refreshes, the others wait for its result.
    refresh_lease_until = models.DateTimeField(null=True, blank=True)
    throttled_until = models.DateTimeField(null=True, blank=True)
    halted_at = models.DateTimeField(null=True, blank=True)
    halt_cause = models.CharField(max_length=16, choices=HaltCause, blank=True)
    # A claims challenge (Conditional Access) that the next sign-in must carry.
    halt_claims = models.TextField(blank=True)
    halt_told_at = models.DateTimeField(null=True, blank=True)
    # When the grant in this row was given: news about an older one is no news about this one.
    granted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "issuer", "subject"), name="one_connection_per_identity"),
        )
        ordering = ("kind", "address")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} connection {self.public_id}"

    @property
    def halted(self) -> bool:
        return self.halted_at is not None

    @property
    def identity(self) -> str:
        """The account, the same after a reconnect, a restore or a new database."""
        return f"{self.kind}|{self.issuer}|{self.subject}"


class Device(models.Model):
    """A browser that a person signed in with before: it holds the cookie that `digest` is the hash of."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64)
    label = models.CharField(max_length=80)
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "digest"), name="one_device_per_cookie"),)

    def __str__(self) -> str:
        return self.label


class EmailChange(models.Model):
    """The main address became another one. For some days whoever reads the old one can take it back."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_changes")
    old = models.EmailField()
    new = models.EmailField()
    changed_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Change {self.pk} of an address"


class LostFactor(models.Model):
    """Somebody who proved the first factor says that the second one is lost. See `accounts/lost.py` for what follows."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lost_factors")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    label = models.CharField(max_length=80)
    stopped_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-asked_at",)

    def __str__(self) -> str:
        return f"Lost factor {self.pk}"


class Acceptance(models.Model):
    """A person accepted the terms of this version."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="acceptances")
    version = models.CharField(max_length=16)
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "version"), name="accepted_once"),)

    def __str__(self) -> str:
        return self.version


class Approval(models.Model):
    """A person waits for the administrators of an organization (a Microsoft tenant) to approve Hetk."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="approvals")
    tenant = models.CharField(max_length=64, db_index=True)
    # The work address to go on with.
    address = models.EmailField()
    asked_at = models.DateTimeField()
    # Word that it was approved; `told_at`: when the person was told so.
    arrived_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "tenant"), name="one_approval_per_tenant"),)
        ordering = ("asked_at",)

    def __str__(self) -> str:
        return f"Approval {self.public_id}"

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


class ApiToken(models.Model):
    """What a program shows at the API in the place of a person who signs in. Of the secret only the hash is kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    # What it may do (`accounts/tokens.py`), set apart by blanks.
    scopes = models.CharField(max_length=60)
    made_at = models.DateTimeField(auto_now_add=True)
    # UTC days: the last one on which it is good, and the last one on which it was used.
    expires_on = models.DateField()
    used_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "name"), name="one_token_per_name"),)
        ordering = ("made_at",)

    def __str__(self) -> str:
        return f"API token {self.public_id}"

    @property
    def may(self) -> str:
        """Its scopes as a list in words."""
        *most, last = self.scopes.split()
        return f"{', '.join(most)} and {last}" if most else last


class SentMail(models.Model):
    """That a mail was handed to the mail server; not what stood in it. `name`: of its files."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mails")
    name = models.CharField(max_length=64)
    sent_at = models.DateTimeField(auto_now_add=True, db_index=True)
    # Whether the mail server took it.
    taken = models.BooleanField()

    class Meta:
        ordering = ("-sent_at", "-pk")

    def __str__(self) -> str:
        return self.name


class SecurityEvent(models.Model):
    """A security event that Google sent, by its id: each has its effect once, however often it is delivered."""

    event_id = models.CharField(max_length=255, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Security event {self.event_id}"
