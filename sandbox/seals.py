"""How Stripe proves that a message is its own. https://docs.stripe.com/webhooks#verify-manually"""

import hmac
from hashlib import sha256

SIGNATURE = "stripe-signature"


def signature(body: bytes, secret: str, at: int) -> str:
    """The header that proves that `body` comes from whoever knows `secret`, and when."""
    seal = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={seal}"
