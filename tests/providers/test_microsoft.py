"""Microsoft Graph keeps the contract, over HTTP against the sandbox."""

import pytest

from tests.outside import Outside as Sandbox
from tests.providers.clouds import Listener, MicrosoftOutside
from tests.providers.contract import ProviderContract


class TestMicrosoft(ProviderContract):
    @pytest.fixture(autouse=True)
    def _outside(self, clouds: tuple[Sandbox, Listener]) -> None:
        self.outside = MicrosoftOutside(*clouds)
