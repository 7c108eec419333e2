"""The HTTP client that Stripe's own library is given: its bytes leave through `hetk.outbound`, and it waits when told to.

The library repeats what was lost and what failed with 5xx, under the same idempotency key; it does not repeat 429. So this does.
"""

import random
import time
from collections.abc import Mapping
from typing import Any

import stripe

from hetk import outbound

TIMEOUT = 20.0
# Seconds to wait before each repetition of a request that came too fast; a person may be waiting for the page.
PAUSES = (0.5, 1.0, 2.0)
TOO_MANY = 429


class DoorClient(stripe.HTTPClient):
    name = "door"

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        """One request, repeated while Stripe says that it was one too many."""
        for pause in PAUSES:
            answer = self._send(method, url, headers, post_data)
            if answer.status != TOO_MANY:
                break
            # Not everybody at once again.
            time.sleep(pause * random.uniform(0.75, 1.25))  # noqa: S311
        else:
            answer = self._send(method, url, headers, post_data)
        return answer.text, answer.status, answer.headers

    def close(self) -> None:
        """The connections belong to the door and stay open."""

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any) -> outbound.Response:
        body = post_data.encode() if isinstance(post_data, str) else post_data
        try:
            return outbound.request(method.upper(), url, headers=headers, body=body, timeout=TIMEOUT)
        except (outbound.Unreachable, outbound.Lost) as error:
            # Every POST carries an idempotency key, so that even what was carried out may be sent again.
            raise stripe.APIConnectionError(str(error), should_retry=True) from error
