"""What has changed in the original of a track: shown, taken over one by one, or only seen."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from progress.cohorts.composing import Bench, NotSoError
from progress.cohorts.own_changes import with_change
from progress.cohorts.own_changes_of import changes_of
from progress.cohorts.rights import authored_track
from stages.models import Topic
from stages.outline import outline_of_stages


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def own_track_changes(request, slug):
    """A POST takes one change over, ``take`` is its key, or says in ``seen`` which form of the original was read."""
    own = authored_track(request, slug)
    bench = Bench(own.track, lock=request.method == "POST")
    own.refresh_from_db(fields=["original_form"])
    roadmap = outline_of_stages()
    changes = changes_of(own, request.user, roadmap)
    if request.method == "POST" and changes and not changes.gone:
        if "take" in request.POST:
            take(request, own, bench, changes)
        elif request.POST.get("seen") == changes.digest:
            own.original_form = changes.form
            own.save(update_fields=["original_form"])
            messages.success(request, _("Seen. From now on this page shows what changes next."))
        else:
            messages.warning(request, _("The original has changed again. These are the changes now."))
        return redirect("own_track_changes", slug)
    if request.method == "POST":
        return redirect("own_track_changes", slug)
    found = changes.found if changes else []
    titles = titles_of({change.topic for change in found if change.topic}, roadmap)
    lines = [(change, titles.get(change.topic, change.topic), offer(bench, change)) for change in found]
    context = {"own": own, "track": own.track, "changes": changes, "lines": lines}
    return render(request, "cohorts/tracks/changes.html", context)


def take(request, own, bench, changes):
    """Do to the own track what was done to the original. What was taken over already is no change any more."""
    change = next((one for one in changes.found if one.key == request.POST["take"]), None)
    if change is None:
        return
    try:
        if change.kind == "added":
            topic = Topic.objects.published().get(slug=change.topic)
            if not any(section.slug == change.section for section in bench.sections):
                bench.add_section(change.title, change.section)
            bench.add_topic(topic, change.section, required=change.required)
        elif change.kind == "removed":
            bench.remove_topic(change.section, change.topic)
        elif change.kind in ("required", "optional"):
            bench.require(change.section, change.topic, change.required)
        else:
            return
    except NotSoError as problem:
        messages.warning(request, str(problem))
        return
    own.original_form = with_change(own.original_form, change)
    own.save(update_fields=["original_form"])
    messages.success(request, _("Taken over."))


def offer(bench, change):
    """What can be done about a change: "take" it over, nothing for it is so "already", or nothing at all."""
    section = next((one for one in bench.sections if one.slug == change.section), None)
    row = next((row for row in section.rows if row.topic.slug == change.topic), None) if section else None
    if change.kind == "added":
        return "already" if row else "take"
    if change.kind == "removed":
        return "take" if row else "already"
    if change.kind in ("required", "optional") and row:
        return "already" if row.required == change.required else "take"
    return ""


def titles_of(slugs, roadmap):
    """``{slug: title}``, also of topics that have left the roadmap."""
    titles = {slug: roadmap.places[slug][0][1].title for slug in slugs if slug in roadmap.places}
    missing = slugs - titles.keys()
    return titles | (dict(Topic.objects.filter(slug__in=missing).values_list("slug", "title")) if missing else {})
