"""The key that both clouds sign their id tokens with: made at first use or taken from a memory, published as JWKS and as a certificate."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

# One at most.
_KEPT: list[RSAPrivateKey] = []


def _key() -> RSAPrivateKey:
    if not _KEPT:
        _KEPT.append(generate_private_key(public_exponent=65537, key_size=2048))
    return _KEPT[0]


def private_pem() -> bytes:
    """The private key (PKCS 8, PEM), for whoever keeps it over a restart."""
    return _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def adopt(pem: bytes) -> None:
    """Sign with this key from now on. Raises ValueError."""
    found = load_pem_private_key(pem, password=None)
    if not isinstance(found, RSAPrivateKey):
        raise ValueError("the kept key is of another kind")
    _KEPT[:] = [found]
    key_id.cache_clear()
    certificate.cache_clear()


def _number(value: int) -> str:
    return urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


@lru_cache(maxsize=1)
def key_id() -> str:
    """The key's name in token headers."""
    return sha256(_number(_key().public_key().public_numbers().n).encode()).hexdigest()[:27]


def jwks(**more: Any) -> dict[str, Any]:
    """The public key as a JSON web key set; `more` is added to the key."""
    public = _key().public_key().public_numbers()
    return {
        "keys": [
            {
                "kty": "RSA",
                "use": "sig",
                "alg": "RS256",
                "kid": key_id(),
                "n": _number(public.n),
                "e": _number(public.e),
                **more,
            }
        ]
    }


@lru_cache(maxsize=1)
def certificate() -> str:
    """The public key as a self-signed certificate (PEM)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(_key().public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    return builder.sign(_key(), SHA256()).public_bytes(Encoding.PEM).decode()


def signed(claims: dict[str, Any], typ: str = "JWT") -> str:
    """The claims as a signed token (RS256)."""
    return jwt.encode(claims, _key(), algorithm="RS256", headers={"kid": key_id(), "typ": typ})
