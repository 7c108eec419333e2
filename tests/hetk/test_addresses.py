"""Which addresses are public, and the connection that judges them."""

import datetime
import ssl
import threading

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hetk import addresses
from hetk.addresses import GuardedPool, is_public, progress
from tests.hetk.listeners import odd_server


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:0a00:0001::1",
        "2001:0:53aa:64c::1",
        "2001:db8::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
    ],
)
def test_private_reserved_and_tunnelled_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["20.190.159.4", "142.250.74.110", "::ffff:142.250.74.110", "2603:1026:3000::4"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.fixture
def certificate(tmp_path):
    """The path of a self-signed certificate for localhost, its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def _https_manner(certificate, heard):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def manner(connection):
        with context.wrap_socket(connection, server_side=True) as wrapped:
            heard.append(wrapped.recv(65536))
            wrapped.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    return manner


def _ask(url, monkeypatch, **trust):
    # Loopback stands in for the internet here; what `is_public` says is tested above.
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    progress.sent, progress.deadline = False, float("inf")
    pool = GuardedPool("localhost", int(url.rsplit(":", 1)[1]), retries=False, timeout=5, **trust)
    try:
        return pool.urlopen("GET", "/", retries=False)
    finally:
        pool.close()


def test_a_guarded_connection_speaks_tls_and_counts_as_sent(certificate, monkeypatch):
    heard: list[bytes] = []
    with odd_server(_https_manner(certificate, heard)) as server:
        answer = _ask(server.url, monkeypatch, ca_certs=str(certificate))
    assert (answer.status, answer.data, progress.sent) == (200, b"ok", True)
    assert heard[0].startswith(b"GET / HTTP/1.1")


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(certificate, monkeypatch):
    heard: list[bytes] = []
    with odd_server(_https_manner(certificate, heard)) as server, pytest.raises(urllib3.exceptions.SSLError):
        _ask(server.url, monkeypatch)
    assert (heard, progress.sent) == ([], False)


def test_what_one_thread_sent_says_nothing_about_another():
    progress.sent = True
    seen: list[bool] = []
    thread = threading.Thread(target=lambda: seen.append(progress.sent))
    thread.start()
    thread.join()
    assert seen == [False]
