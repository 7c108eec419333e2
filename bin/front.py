"""`make front SITE=https://hetk.example`: what visitors meet at the door: the certificate, the versions and suites of TLS, and plain http.

    python -m bin.front https://hetk.example [--authorities ca.pem]

For once a day: certificates run out, and proxies are changed. Trust is that of this machine's list of authorities. Exit status: 0 all is
well, 1 something is not, 2 something could not be tried, which is never counted as well.
"""

import argparse
import http.client
import socket
import ssl
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

SECONDS = 10
# Whoever renews by itself does so thirty days ahead.
LEAST_DAYS = 14
YEAR = 31_536_000
OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
# Without forward secrecy, or without authenticated encryption.
WEAK = "ALL:!ECDHE+AESGCM:!ECDHE+CHACHA20:!DHE+AESGCM:!DHE+CHACHA20:!aNULL:@SECLEVEL=0"

# What OpenSSL says when it is this side that has nothing to offer.
OURS = {"NO_CIPHERS_AVAILABLE", "NO_PROTOCOLS_AVAILABLE"}


class NotTried(Exception):
    """Nothing is known; `str()` says why."""


class Door:
    """The site at its https address. `authorities`: a file of those that are trusted, instead of the machine's."""

    def __init__(self, host: str, port: int = 443, *, plain_port: int = 80, authorities: str | None = None) -> None:
        self.host, self.port, self.plain_port = host, port, plain_port
        self.authorities = authorities

    def troubles(self) -> list[str]:
        """What is not as it should be, a sentence each. Raises NotTried."""
        asked: tuple[Callable[[], Iterator[str]], ...] = (
            self.certificate,
            self.versions,
            self.suites,
            self.in_the_clear,
        )
        return [sentence for ask in asked for sentence in ask()]

    def certificate(self) -> Iterator[str]:
        """As a browser looks at it; and that browsers are told to come by https alone."""
        trusting = ssl.create_default_context(cafile=self.authorities)
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=SECONDS, context=trusting)
        try:
            connection.request("GET", "/health/")
            held = connection.sock.getpeercert()
            told = connection.getresponse().getheader("Strict-Transport-Security", "")
        except ssl.SSLCertVerificationError as error:
            yield f"Browsers do not trust the certificate: {error.verify_message}."
            return
        except (OSError, http.client.HTTPException) as error:
            raise NotTried(f"{self.host} does not answer by https ({type(error).__name__})") from error
        finally:
            connection.close()
        days = (ssl.cert_time_to_seconds(str((held or {})["notAfter"])) - time.time()) / 86_400
        if days < LEAST_DAYS:
            yield f"The certificate ends in {days:.0f} days; whoever renews it has not done so."
        age = next((part.strip()[8:] for part in told.split(";") if part.strip().startswith("max-age=")), "0")
        if not age.isdigit() or int(age) < YEAR:
            yield "Browsers are not held to https for a year (Strict-Transport-Security)."

    def versions(self) -> Iterator[str]:
        for version in OLD:
            if self._agrees(version, "ALL:@SECLEVEL=0"):
                yield f"{version.name.replace('_', '.')} is spoken; leave 1.2 and 1.3."

    def suites(self) -> Iterator[str]:
        if name := self._agrees(ssl.TLSVersion.TLSv1_2, WEAK):
            yield f"The weak suite {name} is taken."

    def in_the_clear(self) -> Iterator[str]:
        connection = http.client.HTTPConnection(self.host, self.plain_port, timeout=SECONDS)
        try:
            connection.request("GET", "/accounts/login/")
            answer = connection.getresponse()
            to = answer.getheader("Location", "")
        except (OSError, http.client.HTTPException):
            # Nobody is there, which is as good.
            return
        finally:
            connection.close()
        if answer.status not in {301, 308} or not to.startswith(f"https://{self.host}"):
            yield f"Plain http is answered with {answer.status} instead of being sent to https."

    def _agrees(self, version: ssl.TLSVersion, suites: str) -> str:
        """The suite on which a visitor who speaks nothing else comes to terms with the site; "" when they do not."""
        visitor = _visitor(version, suites)
        try:
            with (
                socket.create_connection((self.host, self.port), SECONDS) as raw,
                visitor.wrap_socket(raw, server_hostname=self.host) as sealed,
            ):
                agreed = sealed.cipher()
        except ssl.SSLError as error:
            if error.reason in OURS:
                raise _unable(version) from error
            return ""
        except OSError:
            return ""
        return agreed[0] if agreed else ""


def _visitor(version: ssl.TLSVersion, suites: str) -> ssl.SSLContext:
    """Somebody who speaks nothing else, and trusts whoever answers."""
    try:
        visitor = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        visitor.check_hostname, visitor.verify_mode = False, ssl.CERT_NONE
        visitor.set_ciphers(suites)
        with warnings.catch_warnings():
            # That it is old is the point.
            warnings.simplefilter("ignore", DeprecationWarning)
            visitor.minimum_version = visitor.maximum_version = version
    except (ValueError, ssl.SSLError) as error:
        raise _unable(version) from error
    return visitor


def _unable(version: ssl.TLSVersion) -> NotTried:
    return NotTried(f"this machine cannot speak {version.name}, so nobody knows whether the site does")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="front")
    parser.add_argument("site")
    parser.add_argument("--authorities")
    options = parser.parse_args(arguments)
    parts = urlsplit(options.site)
    if parts.scheme != "https" or not parts.hostname:
        parser.error("write the address of the site, such as https://hetk.example")
    try:
        troubles = Door(parts.hostname, parts.port or 443, authorities=options.authorities).troubles()
    except NotTried as error:
        print(f"NOT TRIED: {error}.", file=sys.stderr)
        return 2
    for sentence in troubles:
        print(sentence)
    print(f"{parts.hostname}: {'all is well' if not troubles else f'{len(troubles)} found'}.")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
