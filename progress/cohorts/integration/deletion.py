"""What cohorts have to do with content, so that nobody deletes it from below them.

See progress/maintenance/deletion.py.
"""

from collections.abc import Collection, Iterator

from django.db.models import Model
from django.utils.translation import ngettext

from progress.cohorts.models import Assignment, CustomTrack
from stages.models import Track


def deletion_blockers(model: type[Model], pks: Collection[int]) -> Iterator[str]:
    """A line for each way in which cohorts and their instructors have to do with these tracks."""
    if model is not Track:
        return
    follow = Assignment.objects.filter(track__in=pks)
    cohorts = follow.order_by().values("cohort").distinct().count()
    if cohorts:
        learners = (
            follow.filter(cohort__enrolments__left_at=None, cohort__enrolments__isnull=False)
            .order_by()
            .values("cohort__enrolments__user")
            .distinct()
            .count()
        )
        said = ngettext("%(count)d cohort follows it", "%(count)d cohorts follow it", cohorts) % {"count": cohorts}
        within = ngettext("with %(count)d learner", "with %(count)d learners", learners) % {"count": learners}
        yield f"{said}, {within}."
    composed = CustomTrack.authors.through.objects.filter(customtrack__in=pks)
    authors = composed.order_by().values("user").distinct().count()
    if authors:
        yield ngettext("%(count)d instructor composed it.", "%(count)d instructors composed it.", authors) % {
            "count": authors
        }
