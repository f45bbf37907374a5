"""Certificates of completion: how a learner gets one, and the page that shows it to whoever has its link."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import AuthedRequest
from accounts.timezones import browser_zone
from progress.certificate_coverage import added_since, required_topics
from progress.decorators import unlisted
from progress.models import Certificate, Status
from progress.reader_progress import ReaderProgress
from progress.sharing.views import public_name
from stages.content import outline_of_stages, outline_of_track
from stages.models import Track
from stages.outline import unique_topics


class CertificateForm(forms.ModelForm):
    class Meta:
        model = Certificate
        fields = ["name"]
        labels = {"name": _("Your name")}
        help_texts = {"name": _("As it is to stand on the certificate. It cannot be changed afterward.")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not any(letter.isalpha() for letter in name):
            raise ValidationError(_("Write your name with letters, of any script."))
        return name


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: AuthedRequest, slug: str = "") -> HttpResponse:
    """Get the certificate of a track (without a slug: of the merged roadmap). There is one for each learner."""
    lookup = {"slug": slug} if slug else {"follows_stages": True}
    track = get_object_or_404(Track.objects.published(), **lookup)
    issued = request.user.certificates.filter(track=track).first()
    if issued:
        return redirect(issued)
    outline, progress = outline_of_track(track), ReaderProgress.for_user(request.user)
    measured = progress.measure(outline.topics)
    form = CertificateForm(request.POST or None, initial={"name": public_name(request.user)})
    if request.method == "POST" and measured.is_complete and form.is_valid():
        values = {
            "name": form.cleaned_data["name"],
            "track_title": track.title,
            "topics": required_topics(outline),
            "shown": measured.shown,
            "time_zone": browser_zone(request),
        }
        # Two presses at once: the database has room for one certificate, and both are led to it.
        issued, _new = Certificate.objects.get_or_create(user=request.user, track=track, defaults=values)
        return redirect(issued)
    remaining = unique_topics(
        topic for topic in outline.topics if topic.required and progress.status_of(topic.pk) != Status.DONE
    )
    context = {"track": track, "measured": measured, "form": form, "remaining": remaining}
    refused = request.method == "POST" and not measured.is_complete
    return render(request, "progress/sharing/certificate_form.html", context, status=409 if refused else 200)


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)
@unlisted
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """A certificate, for whoever has its link. That the page is here is the proof that it was issued."""
    issued = Certificate.objects.select_related("user", "track")
    certificate = get_object_or_404(issued, token=token, user__is_active=True)
    roadmap = outline_of_stages()
    offered = certificate.track if certificate.track and certificate.track.is_published() else None
    context = {
        "certificate": certificate,
        "covered": [(slug if slug in roadmap.positions_by_slug else "", title) for slug, title in certificate.topics],
        "offered": offered,
        "added": added_since(certificate.topics, outline_of_track(offered)) if offered else [],
        "link": request.build_absolute_uri(certificate.get_absolute_url()),
    }
    return render(request, "progress/sharing/certificate.html", context)
