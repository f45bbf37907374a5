"""What an edit of the content does to everyone's numbers.

Nothing is predicted: the admin makes the edit in a transaction, looks at the content before and after it, measures
everyone in both, and takes the edit back unless somebody has agreed to just that
(roadmap_site/admin/confirmation.py). So what is shown is what will be.

Two things make it quick. What is counted comes from outlines, a few queries whatever the number of learners, and
only when that has changed anybody is measured. Then a learner is one number, with a bit for each topic that is done:
all of them come in one query, and how many topics of a set are done is the number of bits in common.

``content`` is what there is to count, ``scopes`` what of it has a percentage, ``measuring`` who has done what of it,
``planned`` what a date will bring, and ``changes`` what is shown.
"""

from progress.impact.content import capture_content, required
from progress.impact.measuring import impact_of
from progress.impact.scopes import Scope

__all__ = ["Scope", "capture_content", "impact_of", "required"]
