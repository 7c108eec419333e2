"""A QR code as SVG of our own: one path, coloured by the style sheet, since the content policy allows no styles inside."""

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString

# Around the code, in modules; readers need four.
QUIET = 4


def svg(text: str) -> SafeString:
    """`text` as a picture of square modules; the page says beside it what it holds."""
    code = qrcode.QRCode(border=QUIET, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="QR code" shape-rendering="crispEdges">'
        '<rect class="qr-paper" width="{0}" height="{0}"/><path class="qr-ink" d="{1}"/></svg>',
        len(rows),
        path,
    )
