"""What the website is served from (granian, or any WSGI server)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hetk.settings")
application = get_wsgi_application()
