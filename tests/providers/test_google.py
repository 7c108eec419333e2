"""Google Calendar keeps the contract, over HTTP against the sandbox."""

import pytest

from tests.outside import Outside as Sandbox
from tests.providers.clouds import GoogleOutside, Listener
from tests.providers.over_http import HttpContract


class TestGoogle(HttpContract):
    outside: GoogleOutside

    @pytest.fixture(autouse=True)
    def _outside(self, clouds: tuple[Sandbox, Listener]) -> None:
        self.outside = GoogleOutside(*clouds)
