"""The site as test_shared_cache.py has it served: that of production, but for what a test need not wait for."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_site.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from stages import visitor_pages

# Nothing is collected, and no table is made.
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
if not settings.CACHE_URL:
    settings.CACHES["default"]["BACKEND"] = "django.core.cache.backends.locmem.LocMemCache"
# How long a shared cache answers by itself, and again while it asks.
assert visitor_pages.SHARED.count("=30") == 2
visitor_pages.SHARED = visitor_pages.SHARED.replace("=30", f"={os.environ['SHARED_SECONDS']}")

application = get_wsgi_application()
