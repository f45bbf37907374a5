"""Marking a topic as done for a learner, and what the learner may answer."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.requests import AuthedRequest
from progress.cohorts import overrides
from progress.cohorts.models import Override
from progress.cohorts.permissions import atomic_form_view, get_cohort_for_edit
from progress.cohorts.reports.roster import load_roster
from progress.models import Status
from stages.models import Topic


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The learner reads it, with your name and the day."),
    )


class DisputeForm(forms.Form):
    dispute = forms.CharField(
        label=gettext_lazy("What is wrong"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The instructors of the cohort read it."),
    )


@atomic_form_view
@never_cache
def override(request: AuthedRequest, pk: int, learner: int, slug: str) -> HttpResponse:
    """Mark a topic that is assigned to a learner as done, with a reason, or with ``take_back`` as it was before."""
    cohort = get_cohort_for_edit(request, pk)
    roster = load_roster(cohort, learner=learner)
    topic = next((topic for entry in roster.learners for topic in entry.curriculum.topics if topic.slug == slug), None)
    if topic is None:
        raise Http404
    [entry] = roster.learners
    active = overrides.active_overrides().filter(learner=learner, topic=topic.pk).first()
    topic_url = f"{reverse('cohort_learner', args=[pk, learner])}#topic-{slug}"
    form = ReasonForm(request.POST if request.method == "POST" and "take_back" not in request.POST else None)
    if request.method == "POST" and "take_back" in request.POST:
        if active and active.cohort_id == cohort.pk:
            overrides.undo_override(active)
            messages.success(request, _("“%(topic)s” is as it was before.") % {"topic": topic.title})
        return redirect(topic_url)
    if form.is_bound and form.is_valid():
        user = User.objects.get(pk=entry.pk)
        row = Topic.objects.get(pk=topic.pk)
        if overrides.create_override(cohort, user, row, request.user, form.cleaned_data["reason"]):
            text = _("“%(topic)s” is marked as done for %(name)s, who reads your reason.")
            messages.success(request, text % {"topic": topic.title, "name": entry.name})
        else:
            messages.info(request, _("“%(topic)s” was done already.") % {"topic": topic.title})
        return redirect(topic_url)
    context = {
        "cohort": cohort,
        "learner": entry,
        "topic": topic,
        "is_done": entry.status_of(topic) == Status.DONE,
        "active_override": active,
        "form": form,
    }
    return render(request, "cohorts/reports/override.html", context, status=400 if form.errors else 200)


@require_POST
def undo_override(request: AuthedRequest, pk: int) -> HttpResponse:
    """The learner takes the mark away: the topic is as it was before."""
    override = get_object_or_404(Override.objects.select_related("topic"), pk=pk, learner=request.user)
    if overrides.undo_override(override):
        messages.success(request, _("“%(topic)s” is as it was before.") % {"topic": override.topic})
    return redirect(override.topic)


@require_http_methods(["GET", "HEAD", "POST"])
def dispute_override(request: AuthedRequest, pk: int) -> HttpResponse:
    """The learner says what is wrong about the mark. It stays until somebody takes it away."""
    override = get_object_or_404(Override.objects.select_related("topic", "by", "cohort"), pk=pk, learner=request.user)
    form = DisputeForm(request.POST if request.method == "POST" else None, initial={"dispute": override.dispute})
    if form.is_bound and form.is_valid():
        overrides.dispute_override(override, form.cleaned_data["dispute"])
        messages.success(request, _("The instructors of the cohort read it on your page."))
        return redirect(override.topic)
    context = {"override": override, "form": form}
    return render(request, "cohorts/reports/dispute.html", context, status=400 if form.errors else 200)
