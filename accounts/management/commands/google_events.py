"""`manage.py google_events register --key FILE`: has Google send its security events here. See docs/consent.md."""

import secrets
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from accounts.models import SecurityEvent
from accounts.oauth import risc_stream
from accounts.oauth.errors import TryLater
from accounts.oauth.risc import What
from accounts.oauth.risc_stream import Account, Refused, Stream, UnusableKey

# Google sends a verification within seconds.
PATIENCE, LOOK = 60.0, 0.5


class Command(BaseCommand):
    help = "Register, show, test or switch the stream of Google's security events (Cross-Account Protection)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("do", choices=("register", "show", "test", "on", "off"))
        parser.add_argument(
            "--key", required=True, type=Path, help="the JSON key of a service account; it is read and not kept"
        )
        parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds to wait for a test")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            account, now = Account.parse(options["key"].read_text()), timezone.now()
            match options["do"]:
                case "register":
                    risc_stream.register(account, receiver(), now)
                case "test":
                    self._test(account, now, options["patience"])
                case "on" | "off" as wanted:
                    risc_stream.switch(account, now, on=wanted == "on")
            self._tell(risc_stream.found(account, now))
        except OSError as error:
            raise CommandError(f"The key cannot be read: {error.strerror}.") from None
        except UnusableKey as error:
            raise CommandError(str(error)) from None
        except Refused as error:
            raise CommandError(f"Google refused: {error}") from None
        except TryLater as error:
            raise CommandError(f"{error} Nothing is known to have changed; run this again.") from None

    def _test(self, account: Account, now: datetime, patience: float) -> None:
        risc_stream.verify(account, secrets.token_urlsafe(16), now)
        deadline = time.monotonic() + patience
        arrived = SecurityEvent.objects.filter(
            event_id__endswith=f" {What.VERIFICATION.rpartition('/')[2]}", at__gte=now
        )
        while not arrived.exists():
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Google took the request, and no event came within {patience:g} seconds. Is {receiver()} open to the internet?"
                )
            time.sleep(LOOK)
        self.stdout.write("The event of the test has arrived: the way is open.")

    def _tell(self, stream: Stream) -> None:
        if not stream.url:
            self.stdout.write("Nothing is registered: Google sends no events.")
            return
        self.stdout.write(f"Events go to {stream.url}; the stream is {'on' if stream.enabled else 'off'}.")
        if stream.url != receiver():
            self.stdout.write(f"That is another address than this site's, {receiver()}.")
        if missing := set(risc_stream.WANTED) - set(stream.events):
            self.stdout.write(f"Not asked for: {', '.join(sorted(name.rpartition('/')[2] for name in missing))}.")


def receiver() -> str:
    """The public address of `accounts.views.risc`."""
    return f"{settings.WEBHOOK_URL}{reverse('hook_google_security')}"
