"""What `manage.py benchmark` measures: the site with one page more, which does nothing but say who asks.

Every other page is compared with this bare one, on the same workers and in the same run.
"""

import os

from django.http import HttpRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_site.settings")

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import include, path


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """Reads the session and the user, as every page for a learner does, and answers."""
    return HttpResponse(f"{request.user.pk}", content_type="text/plain")


settings.ROOT_URLCONF = "roadmap_site.benchmark"
application = get_wsgi_application()
# Only now, for the URLconf needs the apps to be ready.
urlpatterns = [path("bare", bare), path("", include("roadmap_site.urls"))]
