"""Looking into a PDF: its streams inflated, which is where objects, links and texts stand."""

import re
import zlib


def inside(pdf: bytes) -> bytes:
    """The file with every compressed stream laid open behind it."""
    found = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            # Not whole: one whose last byte happens to be a carriage return loses it to the pattern, and with it only its checksum's end.
            found.append(zlib.decompressobj().decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found)
