"""Page and sync tokens: opaque to whoever carries them, worthless once a letter is changed."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from secrets import token_bytes


class Seals:
    """Seals texts for one purpose each, under a secret that lives as long as this world does."""

    def __init__(self) -> None:
        self._secret = token_bytes(32)

    def seal(self, purpose: str, text: str) -> str:
        return urlsafe_b64encode(self._proof(purpose, text) + text.encode()).decode().rstrip("=")

    def open(self, purpose: str, token: str) -> str | None:
        """The text, None for a token of another purpose, another world, or a mangled one."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            text = raw[16:].decode()
        except (Error, ValueError):
            return None
        return text if hmac.compare_digest(raw[:16], self._proof(purpose, text)) else None

    def _proof(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._secret, f"{purpose}:{text}".encode(), "sha256")[:16]
