from typing import TYPE_CHECKING

import pytest
from pytest_django import Settings

from tests.outside import Outside

if TYPE_CHECKING:
    from tests.end_to_end.scene import Scene


@pytest.fixture
def scene(sandbox: Outside, listening: str, settings: Settings) -> "Scene":
    """The sandbox's clouds outside, and the website listening for their notifications."""
    # Mail goes out by SMTP, to the sandbox's mailbox.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    # Imported here: conftest files are read before Django is set up.
    from tests.end_to_end.scene import Scene

    return Scene(sandbox)
