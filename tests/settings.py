"""The settings as the tests have them, for tools that read settings without running a test (mypy)."""

import tests.environment  # noqa: F401
from hetk.settings import *  # noqa: F403
