"""What cohorts add to the file of everything that the site holds about a person."""

from django.utils.translation import gettext_lazy as _

from progress.cohorts.models import Cohort, Enrolment, Extension
from progress.everything import ROW, Part

PARTS = [
    Part("instructs", _("the cohorts you instruct"), Cohort.instructors.through, {"cohort": "cohort__name"}, ROW),
    Part(
        "enrolments",
        _("the cohorts you learn or learned in"),
        Enrolment,
        {"cohort": "cohort__name", "joined_at": "joined_at", "left_at": "left_at"},
        ROW,
    ),
    Part(
        "extensions",
        _("where you have longer than your cohort"),
        Extension,
        {"cohort": "assignment__cohort__name", "track": "assignment__track__slug", "due": "due"},
        ROW,
    ),
]
