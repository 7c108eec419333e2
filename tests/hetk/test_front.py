"""What visitors meet at the door: each fault of it is named, and a door that cannot be tried is never a good one."""

import ipaddress
import re
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bin import front
from tests.environment import free_port
from tests.hetk.listeners import odd_server
from tests.outside import ROOT

HOST = "127.0.0.1"
CONF = (ROOT / "deploy" / "nginx" / "hetk.conf").read_text()
GOOD = b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=63072000; preload\r\nContent-Length: 0\r\n\r\n"
BARE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
AWAY = b"HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"


def certificate(folder: Path, *, days: float = 60) -> str:
    """Its own authority; a file with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "door")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=days))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"door-{days}.pem"
    path.write_bytes(key.private_bytes(*form) + signed)
    return str(path)


def shipped() -> ssl.SSLContext:
    """The versions and suites that the shipped proxy is told to speak."""
    (versions,) = re.findall(r"^\s*ssl_protocols (.+);$", CONF, re.MULTILINE)
    (suites,) = re.findall(r"^\s*ssl_ciphers (.+);$", CONF, re.MULTILINE)
    spoken = sorted(ssl.TLSVersion[word.replace(".", "_")] for word in versions.split())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(suites)
    context.minimum_version, context.maximum_version = spoken[0], spoken[-1]
    return context


def careless() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


@contextmanager
def answering(says: bytes, sealed: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that says the same to everybody; its port."""

    def manner(raw: socket.socket) -> None:
        # Visitors that do not come to terms are part of the tests.
        with sealed.wrap_socket(raw, server_side=True) if sealed else raw as connection:
            connection.recv(4096)
            connection.sendall(says)

    with odd_server(manner) as heard:
        yield urlsplit(heard.url).port or 0


def found(
    sealed: ssl.SSLContext, held: str, *, trusted: str | None, says: bytes = GOOD, plain: bytes = AWAY
) -> list[str]:
    sealed.load_cert_chain(held)
    with answering(says, sealed) as port, answering(plain) as plain_port:
        return front.Door(HOST, port, plain_port=plain_port, authorities=trusted).troubles()


def test_the_shipped_proxy_s_versions_and_suites_are_all_well(tmp_path):
    held = certificate(tmp_path)
    assert found(shipped(), held, trusted=held) == []


def test_every_suite_of_the_shipped_proxy_has_forward_secrecy_and_authenticated_encryption():
    context = shipped()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.maximum_version == ssl.TLSVersion.TLSv1_3
    suites = context.get_ciphers()
    assert {suite["protocol"] for suite in suites} == {"TLSv1.2", "TLSv1.3"}
    assert all(suite["aead"] for suite in suites)
    assert {suite["kea"] for suite in suites} == {"kx-ecdhe", "kx-any"}


def test_old_versions_and_weak_suites_are_named(tmp_path):
    held = certificate(tmp_path)
    told = found(careless(), held, trusted=held)
    assert told[:2] == ["TLSv1 is spoken; leave 1.2 and 1.3.", "TLSv1.1 is spoken; leave 1.2 and 1.3."]
    assert re.fullmatch(r"The weak suite \S+ is taken\.", told[2])
    assert len(told) == 3


def test_a_certificate_that_browsers_do_not_trust_is_named(tmp_path):
    (told,) = found(shipped(), certificate(tmp_path), trusted=None)
    assert told.startswith("Browsers do not trust the certificate: self-signed certificate")


def test_a_certificate_that_nobody_renewed_is_named(tmp_path):
    held = certificate(tmp_path, days=13.5)
    assert found(shipped(), held, trusted=held) == [
        "The certificate ends in 13 days; whoever renews it has not done so."
    ]


def test_browsers_that_are_not_held_to_https_and_plain_answers_are_named(tmp_path):
    held = certificate(tmp_path)
    told = found(shipped(), held, trusted=held, says=BARE, plain=BARE)
    assert told == [
        "Browsers are not held to https for a year (Strict-Transport-Security).",
        "Plain http is answered with 200 instead of being sent to https.",
    ]


def test_a_site_that_does_not_answer_was_not_tried_and_is_not_well(capsys):
    assert front.main([f"https://{HOST}:{free_port()}"]) == 2
    assert capsys.readouterr().err.startswith("NOT TRIED: 127.0.0.1 does not answer by https")
    with pytest.raises(SystemExit):
        front.main(["http://hetk.example"])


def test_the_shipped_proxy_writes_over_what_visitors_say_of_themselves():
    told = dict(
        re.findall(r"^proxy_set_header (\S+) (.+);$", (ROOT / "deploy/nginx/hetk-proxy.conf").read_text(), re.MULTILINE)
    )
    assert told["X-Forwarded-For"] == "$remote_addr"
    assert told["X-Forwarded-Proto"] == "$scheme"
    assert (told["X-Forwarded-Host"], told["Forwarded"]) == ('""', '""')
    assert (
        CONF.count("include /etc/nginx/snippets/hetk-proxy.conf;")
        == CONF.count("proxy_pass http://127.0.0.1:8000;")
        == 2
    )
    # The authority that browsers trust, by the client that renews by itself.
    assert "ssl_certificate /etc/letsencrypt/live/hetk.example/fullchain.pem;" in CONF
