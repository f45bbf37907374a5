"""Who may make a cohort, who may open one, and who may change it."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from progress.cohorts.models import Cohort, OwnTrack


def may_teach(user):
    """Whether this person may make cohorts: the group "Instructors" may, and where the site is open, everyone."""
    if user.has_perm("cohorts.add_cohort"):
        return True
    return settings.ANYONE_MAY_TEACH and EmailAddress.objects.filter(user=user, verified=True).exists()


def demand_teacher(user):
    if not may_teach(user):
        raise PermissionDenied(_("Only instructors make cohorts. Those who run this site can make you one."))


def led_cohort(request, pk):
    """A cohort that the reader instructs; for everyone else there is none."""
    return get_object_or_404(Cohort.objects.led_by(request.user), pk=pk)


def changeable_cohort(request, pk):
    """The same, for what changes it: an archived cohort stays as it is."""
    cohort = led_cohort(request, pk)
    demand_current(cohort)
    return cohort


def cohort_for(request, pk):
    """A page with a form: an archived cohort is there to be read, and 403 for whoever writes."""
    return changeable_cohort(request, pk) if request.method == "POST" else led_cohort(request, pk)


def demand_current(cohort):
    if cohort.is_archived:
        raise PermissionDenied(_("This cohort is archived, so it stays as it is. Take it out of the archive first."))


def authored_track(request, slug):
    """A track that the reader composed, alone or with others; for everyone else there is none."""
    own = OwnTrack.objects.filter(authors=request.user).select_related("track", "original")
    return get_object_or_404(own, track__slug=slug)
