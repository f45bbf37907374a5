"""Writing down what came of asking for links, and keeping the queue of reports in step with it."""

from django.db import transaction

from progress.models import Report
from stages.links.checking import answers
from stages.models import LinkCheck
from stages.models.links import DEAD_AFTER


def check_links(resources, asker, **how):
    """Ask for ``resources`` and yield (resource, LinkCheck) for each, saved by then. See stages.links.checking."""
    for resource, answer in answers(resources, asker, LinkCheck.objects.claim, **how):
        if check := keep(resource, answer):
            yield resource, check


def keep(resource, answer):
    """Record an answer. The third failure in a row puts the link into the queue, a good answer takes it out."""
    with transaction.atomic():
        check = LinkCheck.objects.record(resource, answer)
        if check is None:
            return None
        flagged = Report.objects.open().filter(resource=resource, kind=Report.Kind.FLAGGED)
        if check.outcome == LinkCheck.Outcome.GOOD:
            flagged.handle()
        elif check.outcome == LinkCheck.Outcome.FAILED and check.failures == DEAD_AFTER and not flagged.exists():
            Report.objects.create(resource=resource, kind=Report.Kind.FLAGGED)
        return check
