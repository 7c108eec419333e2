"""What is remembered of a feed between two readings: how to ask whether it changed, and what it held, by name and version."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.providers.errors import CursorLost


@dataclass(frozen=True, slots=True)
class Known:
    etag: str = ""
    modified: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def closed(self) -> str:
        packed = base64.b64encode(zlib.compress(json.dumps(dict(self.versions)).encode())).decode()
        return json.dumps({"etag": self.etag, "modified": self.modified, "held": packed})


def opened(cursor: str) -> Known:
    """Raises `CursorLost`."""
    if not cursor:
        return Known()
    try:
        said = json.loads(cursor)
        versions = json.loads(zlib.decompress(base64.b64decode(said["held"])))
        return Known(str(said["etag"]), str(said["modified"]), dict(versions))
    except (ValueError, TypeError, KeyError, zlib.error):
        raise CursorLost("the cursor cannot be read") from None
