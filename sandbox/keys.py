"""The key that both clouds sign their id tokens with: made once per process, published as JWKS and as a certificate."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


@lru_cache(maxsize=1)
def _key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


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


def signed(claims: dict[str, Any]) -> str:
    """The claims as a signed token (RS256)."""
    return jwt.encode(claims, _key(), algorithm="RS256", headers={"kid": key_id()})
