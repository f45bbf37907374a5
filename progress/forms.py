from django import forms

from progress.models import NONE, Status
from progress.rows import ROWS
from stages.models import Track


class TickForm(forms.Form):
    """What a press on a topic's box states, and where it was pressed."""

    status = forms.ChoiceField(
        choices=[(NONE, "not started"), *Status.choices],
        error_messages={"invalid_choice": "status must be done, learning, skipped or none."},
    )
    reader = forms.IntegerField(required=False)  # the pk of the learner whom the page was made for
    track = forms.ModelChoiceField(Track.objects.published(), to_field_name="slug", required=False)
    page = forms.ChoiceField(choices=[(page, page) for page in ROWS], required=False)
    next = forms.CharField(required=False)
