"""Everybody's mail in one place: what arrives by SMTP, and the invitations that the clouds would have sent."""

from collections import deque
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.clock import Clock

KEPT = 2000


@dataclass(frozen=True)
class Mail:
    """One mail. `at` in seconds since 1970; `html` empty when there is none."""

    id: int
    at: float
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Invitation:
    """A mail that a cloud would have sent to an attendee: `what` is invited, updated, cancelled or answered."""

    organizer: str
    attendee: str
    calendar: str
    what: str
    at: float


class Mailbox:
    """Mails received (newest last) and invitations sent (oldest first)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.last_id = 0
        self.mails: deque[Mail] = deque(maxlen=KEPT)
        self.invitations: list[Invitation] = []

    def invite(self, organizer: str, attendee: str, calendar: str, what: str) -> None:
        """Records that the cloud would have written to `attendee` now."""
        self.invitations.append(Invitation(organizer, attendee, calendar, what, self._clock.timestamp()))

    def receive(self, sender: str, recipients: list[str], raw: bytes) -> Mail:
        """Keeps a mail as it came over SMTP."""
        message = message_from_bytes(raw, EmailMessage, policy=policy.default)
        self.last_id += 1
        headers = {name: str(value) for name, value in message.items()}
        mail = Mail(
            self.last_id,
            self._clock.timestamp(),
            sender,
            tuple(recipients),
            headers.get("Subject", ""),
            _part(message, "plain"),
            _part(message, "html"),
            headers,
        )
        self.mails.append(mail)
        return mail

    def as_json(self) -> list[dict[str, Any]]:
        """All mails, newest first."""
        return [asdict(mail) for mail in reversed(self.mails)]

    def clear(self) -> None:
        """Forgets mails and invitations."""
        self.mails.clear()
        self.invitations.clear()

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """aiosmtpd's hook: one mail has arrived."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        self.receive(envelope.mail_from or "", [str(to) for to in envelope.rcpt_tos], content)
        return "250 kept"


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def protocol(mailbox: Mailbox) -> SMTP:
    """The SMTP side of one connection, for a running loop's create_server."""
    return SMTP(mailbox, hostname="sandbox", enable_SMTPUTF8=True, data_size_limit=30_000_000)
