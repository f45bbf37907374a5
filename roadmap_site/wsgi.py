"""The WSGI application that gunicorn serves."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from roadmap_site.environment import WrongVariables

WORKER_BOOT_ERROR = 3  # gunicorn starts a worker that ends otherwise again and again

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_site.settings")

try:
    application = get_wsgi_application()
except WrongVariables as error:
    print(error, file=sys.stderr)  # noqa: T201 - there are no settings to log by
    sys.exit(WORKER_BOOT_ERROR)
