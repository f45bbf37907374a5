from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stages.models.curriculum import Resource, State

if TYPE_CHECKING:
    from stages.links.results import CheckResult

DEAD_AFTER = 3  # failures in a row
CLAIM_TIMEOUT = timedelta(minutes=3)  # how long a claim holds, if whoever made it was stopped


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    def dead(self) -> Self:
        return self.filter(failures__gte=DEAD_AFTER, url=models.F("resource__url"))

    def failing(self) -> Self:
        return self.filter(outcome=LinkCheck.Outcome.FAILED, url=models.F("resource__url"))

    def redirected(self) -> Self:
        return self.exclude(final_url="").filter(outcome=LinkCheck.Outcome.GOOD, url=models.F("resource__url"))

    def conclusive(self) -> Self:
        """The checks that say something about the address as it is now: not of sites that let no robot in."""
        known = models.Q(failures__gt=0) | models.Q(last_good_at__isnull=False)
        return self.filter(known, url=models.F("resource__url"))

    def claim(self, resource: Resource) -> bool:
        """Say that ``resource`` is being asked about now. False if somebody else has said so since it was read."""
        check, now = stored_check(resource), timezone.now()
        if check:
            return bool(self.filter(pk=check.pk, claimed_at=check.claimed_at).update(claimed_at=now))
        try:
            with transaction.atomic():
                return self.get_or_create(resource_id=resource.pk, defaults={"claimed_at": now})[1]
        except IntegrityError:  # the resource is gone
            return False

    def record(self, resource: Resource, result: "CheckResult") -> "LinkCheck | None":
        """Write down what came of asking for ``resource.url`` and return the LinkCheck; None if the row is gone."""
        with transaction.atomic():
            check = self.select_for_update().filter(pk=resource.pk).first()
            if check is None:
                return None
            if check.url != resource.url:
                check.url, check.failures, check.last_good_at = resource.url, 0, None
            check.checked_at = timezone.now()
            check.outcome, check.status, check.problem = result.outcome, result.status, result.problem
            check.final_url, check.moved_to = result.final_url, result.moved_to
            match result.outcome:
                case LinkCheck.Outcome.GOOD:
                    check.failures, check.last_good_at = 0, check.checked_at
                case LinkCheck.Outcome.FAILED:
                    check.failures = min(check.failures + 1, 9_999)
            check.save()
            return check


class LinkCheck(models.Model):
    """What is known about the address of a resource since somebody last asked for it.

    It is about ``url``: once the resource has another address, it says nothing about it.
    """

    class Outcome(models.TextChoices):
        GOOD = "good", _("it answers")
        FAILED = "failed", _("it fails")
        # The site lets no robot in or is too busy. People may well read it, so that this counts as no failure.
        UNKNOWN = "untold", _("not checked")

    class Problem(models.TextChoices):
        STATUS = "status", _("it answered with an error")
        NAME = "name", _("no such host")
        CONNECTION = "connection", _("no connection")
        TLS = "tls", _("its certificate is not valid")
        TIMEOUT = "timeout", _("it took too long")
        GARBAGE = "garbage", _("its answer made no sense")
        LOOP = "loop", _("it redirects without end")
        ROBOTS = "robots", _("its robots.txt keeps check_links out")
        DENIED = "denied", _("it lets no robots in")
        BUSY = "busy", _("it was too busy")
        ADDRESS = "address", _("it leads where check_links may not go")

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, primary_key=True, related_name="link_check")
    url = models.CharField("address asked for", max_length=500, blank=True)
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)
    status = models.PositiveSmallIntegerField("HTTP status", null=True, blank=True)
    problem = models.CharField(max_length=10, choices=Problem, blank=True)
    final_url = models.TextField("where it redirects to", blank=True)
    moved_to = models.TextField("where it has moved to for good", blank=True)
    failures = models.PositiveSmallIntegerField("failures in a row", default=0)
    checked_at = models.DateTimeField("last checked", null=True, blank=True, db_index=True)
    last_good_at = models.DateTimeField("last good", null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LinkCheckQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.url}: {self.description}"

    @property
    def is_dead(self) -> bool:
        return self.failures >= DEAD_AFTER

    @property
    def description(self) -> str:
        """What came of it: "it answered with an error (404)"."""
        words = self.get_problem_display() or self.get_outcome_display() or str(_("not checked"))
        return f"{words} ({self.status})" if self.status and self.problem else words

    @property
    def archive_url(self) -> str:
        """The copy in the Internet Archive nearest to the last day on which the page was there."""
        return archive_copy(self.url, self.last_good_at)


def is_dead(resource: Resource) -> bool:
    check = current_check(resource)
    return check is not None and check.is_dead


def archive_copy(url: str, at: datetime | None = None) -> str:
    """Where the Internet Archive has ``url`` as it was at ``at``, or as it was last seen."""
    return f"https://web.archive.org/web/{f'{at:%Y%m%d}/' if at else ''}{url}"


def stored_check(resource: Resource) -> LinkCheck | None:
    """The LinkCheck of a resource, or None. One query, unless it was read with the resource."""
    return getattr(resource, "link_check", None)


def current_check(resource: Resource) -> LinkCheck | None:
    """The LinkCheck that is about the address that the resource has now, or None."""
    check = stored_check(resource)
    return check if check and check.url == resource.url else None


def due_for_check(
    older_than: timedelta | None = None, host: str | None = None, among: models.QuerySet[Resource] | None = None
) -> list[Resource]:
    """The resources to ask about, those longest unasked first, each with its LinkCheck.

    ``among`` are the resources to choose from, all by default; ``older_than`` (a timedelta) leaves out what has been
    asked about since, and ``host`` everything elsewhere. What another run is asking about just now is left out, too.
    """
    now = timezone.now()
    resources = Resource.objects.all() if among is None else among
    resources = resources.exclude(state=State.RETIRED).select_related("link_check")
    resources = resources.order_by(models.F("link_check__checked_at").asc(nulls_first=True), "url")
    due = []
    for resource in resources:
        check = stored_check(resource)
        if check and is_claimed(check, now):
            continue
        current = current_check(resource)
        if older_than and current and current.checked_at and now - current.checked_at < older_than:
            continue
        if host and host_of(resource.url) != host.lower():
            continue
        due.append(resource)
    return due


def is_claimed(check: LinkCheck, now: datetime) -> bool:
    claimed, done = check.claimed_at, check.checked_at
    return claimed is not None and now - claimed < CLAIM_TIMEOUT and (done is None or done < claimed)


def host_of(url: str) -> str:
    """The host in an address, without its port; "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
