from typing import TYPE_CHECKING

import pytest

from tests.outside import Outside

if TYPE_CHECKING:
    from tests.end_to_end.scene import Scene


@pytest.fixture
def scene(transactional_db: None, sandbox: Outside, live_server: object) -> "Scene":
    """The sandbox's clouds outside, and the website listening for their notifications."""
    # Imported here: conftest files are read before Django is set up.
    from tests.end_to_end.scene import Scene

    return Scene(sandbox)
