"""Who may do what in the admin: every page and every action of it, for every role.

A page, a model or an action that is not in the table fails the suite.
"""

from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import ActionLocation
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import User
from progress.cohorts.models import Cohort, QueuedEmail
from progress.models import Report
from stages.admin.reviewers import ReviewerRestrictionsMixin
from stages.fixture_io import files, snapshot
from stages.models import (
    Entry,
    Resource,
    Revision,
    SiteSettings,
    Stage,
    State,
    Topic,
    TopicResource,
    Track,
    TrackSection,
)
from tests.conftest import client_of, make_user, rolled_back
from tests.content import make_exercise
from tests.stages.revisions.test_recorder import Forms, filled_in
from tests.stages.revisions.test_recorder import save as save_form

# r(eviewer) m(aintainer) s(uperuser). Visitors, learners and instructors are staff nowhere: see OUTSIDE.
EVERYBODY, PUBLISHERS, NOBODY, BOSS = "rms", "ms", "", "s"

# Which of them get which page; the others get a 403. "change" is the page of something published, to look at where
# one may not change it; "save" posts it. "draft" and "save a draft" are the same of a draft.
CONTENT = {
    "changelist": EVERYBODY,
    "add": EVERYBODY,
    "change": EVERYBODY,
    "save": PUBLISHERS,
    "draft": EVERYBODY,
    "save a draft": EVERYBODY,
    "delete": PUBLISHERS,
    "history": EVERYBODY,
    "put back": PUBLISHERS,
    "delete_selected": PUBLISHERS,
}
STATES = dict.fromkeys(["publish", "make_draft", "retire"], PUBLISHERS)
LINKS = dict.fromkeys(["take_new_address", "put_archive_in_place", "mark_as_outdated", "retire"], PUBLISHERS)
# What is always public has no drafts, so reviewers only look at it.
PUBLIC = {page: who for page, who in CONTENT.items() if "draft" not in page} | {"add": PUBLISHERS}
ACCOUNTS = dict.fromkeys(["changelist", "add", "change", "save", "delete", "history", "delete_selected"], BOSS)
READ_ONLY = {"add": NOBODY, "save": NOBODY, "delete": NOBODY, "delete_selected": NOBODY}
TABLE = {
    "stages.stage": CONTENT | STATES,
    "stages.topic": CONTENT | STATES,
    "stages.resource": CONTENT | STATES | LINKS | {"check_now": PUBLISHERS},
    "stages.exercise": CONTENT | STATES,
    "stages.track": CONTENT | STATES,
    "stages.tracksection": CONTENT,
    "stages.source": PUBLIC,
    "stages.sitesettings": PUBLIC | {"add": NOBODY},
    "stages.entry": PUBLIC,
    "stages.revision": dict.fromkeys(["changelist", "change", "history"], EVERYBODY) | READ_ONLY,
    "progress.report": dict.fromkeys(["changelist", "change", "save", "history"], PUBLISHERS)
    | {"add": NOBODY, "delete": BOSS, "delete_selected": BOSS}
    | {"mark_as_handled": PUBLISHERS, "open_again": PUBLISHERS}
    | LINKS,
    "accounts.user": ACCOUNTS | {"sign_out": BOSS},
    "auth.group": ACCOUNTS,
    "cohorts.cohort": ACCOUNTS,
    "cohorts.queuedemail": dict.fromkeys(["changelist", "change", "history", "send_again"], BOSS) | READ_ONLY,
    "account.emailaddress": ACCOUNTS | {"make_verified": BOSS},
    "mfa.authenticator": ACCOUNTS,
    "admin.logentry": dict.fromkeys(["changelist", "change", "history"], BOSS) | READ_ONLY,
}
# The pages of the admin that belong to no model.
SITE = {
    "index": EVERYBODY,
    "password_change": EVERYBODY,
    "password_change_done": EVERYBODY,
    "jsi18n": EVERYBODY,
}
# Log in and out; what asks the page of a model for its rights; and the ways to public pages.
NOT_ASKED = {"login", "logout", "autocomplete", "app_list", "view_on_site", None}
USUAL = {"changelist", "add", "change", "delete", "history"}
# Those of one model only: {name: (whose row they are about, who may)}; those about no row have None.
OTHER_PAGES = {
    "auth_user_password_change": ("accounts.user", BOSS),
    "stages_stage_arrange_all": (None, EVERYBODY),
    "stages_stage_arrange": ("stages.stage", PUBLISHERS),
    "stages_stage_duplicate": ("stages.stage", EVERYBODY),
    "stages_topic_arrange": ("stages.topic", PUBLISHERS),
    "stages_topic_arrange_exercises": ("stages.topic", PUBLISHERS),
    "stages_track_arrange_all": (None, EVERYBODY),
    "stages_track_arrange": ("stages.track", PUBLISHERS),
    "stages_track_duplicate": ("stages.track", EVERYBODY),
    "stages_tracksection_arrange": ("stages.tracksection", PUBLISHERS),
    "markdown": (None, EVERYBODY),
}
OUTSIDE = "vli"


@pytest.fixture
def people(content, learner, instructor, maintainer):
    """A client for everyone, by the first letter of their role."""
    maintainer.user_permissions.clear()
    maintainer.groups.set(Group.objects.filter(name="Maintainers"))
    instructor.groups.set(Group.objects.filter(name="Instructors"))
    reviewer = make_user("Rita Reviewer", is_staff=True)
    reviewer.groups.set(Group.objects.filter(name="Reviewers"))
    boss = make_user("Bea Boss", is_staff=True, is_superuser=True)
    return {"v": Client()} | dict(
        zip("lirms", map(client_of, [learner, instructor, reviewer, maintainer, boss]), strict=True)
    )


@pytest.fixture
def rows(content, people):
    """Something of every model, and a draft of those that have drafts."""
    person = User.objects.get(email="lena@example.com")
    kind = ContentType.objects.get_for_model(Stage)
    published = {
        "stages.stage": content.first,
        "stages.topic": content.topics["weather"],
        "stages.resource": content.resource,
        "stages.exercise": make_exercise(content.topics["maps"]),
        "stages.track": content.other,
        "stages.tracksection": TrackSection.objects.first(),
        "stages.source": content.source,
        "stages.sitesettings": SiteSettings.objects.create(name="Waymark", subject="summits"),
        "stages.entry": Entry.objects.get(),
        "progress.report": Report.objects.create(topic=content.topics["maps"], text="The link is dead."),
        "accounts.user": person,
        "auth.group": Group.objects.get(name="Instructors"),
        "cohorts.cohort": Cohort.objects.create(name="Hikers"),
        "cohorts.queuedemail": QueuedEmail.objects.create(
            key="x", kind="message", email="x@example.com", queued_at=now(), not_before=now()
        ),
        "account.emailaddress": EmailAddress.objects.get(user=person),
        "mfa.authenticator": Authenticator.objects.create(user=person, type="totp", data={"secret": "x"}),
        "admin.logentry": LogEntry.objects.create(user=person, content_type=kind, object_repr="x", action_flag=CHANGE),
        "stages.revision": revision_of(content.first, title="Before"),
    }
    stage = Stage.objects.create(slug="new", title="New", summary="N.", level="beginner", state=State.DRAFT)
    track = Track.objects.create(slug="new", title="New", summary="N.", state=State.DRAFT)
    topic = Topic.objects.create(slug="new", title="New", summary="N.", stage=stage, state=State.DRAFT)
    resource = Resource.objects.create(url="https://example.org/n/", title="N", publisher="N", state=State.DRAFT)
    TopicResource.objects.create(topic=topic, resource=content.resource)
    drafts = {
        "stages.stage": stage,
        "stages.topic": topic,
        "stages.resource": resource,
        "stages.exercise": make_exercise(topic, slug="new", state=State.DRAFT),
        "stages.track": track,
        "stages.tracksection": TrackSection.objects.create(track=track, slug="new", title="New"),
    }
    return SimpleNamespace(published=published, drafts=drafts)


def revision_of(row, **before):
    facts = {"model": row._meta.label_lower, "object_id": row.pk, "title": str(row), "how": "admin"}
    return Revision.objects.create(before=before, after={}, **facts)


# --- Everything is in the table ---


def actions_of(model_admin, user):
    request = RequestFactory().get("/")
    request.user = user
    places = ActionLocation
    return {name for place in places for name in model_admin.get_actions(request, action_location=place)}


def names(urls):
    return {pattern.name for pattern in urls if hasattr(pattern, "name")}


def test_every_model_is_in_the_table():
    assert {model._meta.label_lower for model in admin.site._registry} == TABLE.keys()


def test_every_page_and_action_of_it_is_in_the_table(db, subtests):
    boss = make_user("Bea Boss", is_staff=True, is_superuser=True)
    for label, table in TABLE.items():
        model_admin = admin_of(label)
        prefix = f"{model_admin.opts.app_label}_{model_admin.opts.model_name}_"
        pages = {name for name in names(model_admin.get_urls()) if name} - OTHER_PAGES.keys()
        pages = {name.removeprefix(prefix).replace("_", " ") for name in pages}
        extra = {"save", "draft", "save a draft"} & table.keys()
        actions = actions_of(model_admin, boss) | ({"delete_selected"} & table.keys())
        with subtests.test(label):
            assert pages | actions | extra == table.keys()


def test_every_other_page_of_the_admin_is_in_the_table():
    own = {name for label in TABLE for name in names(admin_of(label).get_urls())}
    found = names(admin.site.get_urls()) | {name for name in own if name in OTHER_PAGES}
    assert found == SITE.keys() | NOT_ASKED | OTHER_PAGES.keys()


def admin_of(label):
    return next(found for model, found in admin.site._registry.items() if model._meta.label_lower == label)


# --- Each answers as the table says ---


def address(label, page, *arguments):
    opts = admin_of(label).opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page.replace(' ', '_')}", args=arguments)


def answer(client, person, path, **data):
    """Whether a person is let in. Whoever is not staff is sent to log in, and staff gets a 403 where it may not."""
    response = client.post(path, data) if data else client.get(path)
    if person in OUTSIDE:
        assert response.status_code == 302
        assert "/login/?next=" in response.url
        return False
    assert response.status_code in {200, 302, 403, 405}, path
    return response.status_code != 403


def test_a_page_of_the_site_opens_for_whom_it_should(people, subtests):
    for page, who in SITE.items():
        with subtests.test(page), rolled_back():
            assert let_in(people, reverse(f"admin:{page}")) == who


def let_in(people, path, **data):
    """The letters of those who get a page, or may send this form to it."""
    return "".join(person for person, client in people.items() if answer(client, person, path, **data))


PAGES = [(label, page) for label, pages in TABLE.items() for page in pages]
LOOK = [(label, page) for label, page in PAGES if page in {*USUAL, "draft", "put back"}]


def test_a_page_opens_for_whom_it_should(people, rows, subtests):
    for label, page in LOOK:
        with subtests.test(f"{label}: {page}"), rolled_back():
            assert let_in(people, path_of(label, page, rows)) == TABLE[label][page]


def path_of(label, page, rows):
    row = (rows.drafts if page == "draft" else rows.published)[label]
    if page in {"changelist", "add"}:
        return address(label, page)
    if page == "put back":
        return address(label, page, revision_of(row, title="Before").pk)
    return address(label, "change" if page == "draft" else page, row.pk)


def test_a_form_is_taken_from_whom_it_should_be(people, rows, subtests):
    """What is sent is nonsense, so that whoever may send it is shown it again."""
    before = files(snapshot())
    for label, page in [(label, page) for label, page in PAGES if "save" in page]:
        row = (rows.drafts if page == "save a draft" else rows.published)[label]
        with subtests.test(f"{label}: {page}"), rolled_back():
            path = address(label, "change", row.pk)
            assert let_in(people, path, nonsense="1", **EMPTY) == TABLE[label][page]
            assert files(snapshot()) == before


EMPTY = {
    f"{prefix}-{number}_FORMS": 0 for prefix in ["links", "sections", "places"] for number in ["TOTAL", "INITIAL"]
}
ACTIONS = [(label, page) for label, page in PAGES if page not in {*USUAL, "draft", "put back", "save", "save a draft"}]


@pytest.mark.parametrize("label", dict(ACTIONS))
def test_an_action_is_offered_to_whom_it_should_be_and_refused_to_all_others(label, people, rows, subtests):
    """Offered in the list; and whoever sends it nevertheless changes nothing."""
    path, before = address(label, "changelist"), everything()
    offered = {person: actions_on(client.get(path)) for person, client in people.items()}
    form = {"_selected_action": [rows.published[label].pk], "index": 0, "post": "yes"}
    for action in [action for other, action in ACTIONS if other == label]:
        with subtests.test(action), rolled_back():
            assert "".join(person for person in people if action in offered[person]) == TABLE[label][action]
            for person, client in people.items():
                if action not in offered[person]:
                    client.post(path, form | {"action": action})
                    assert everything() == before, person


def actions_on(page):
    """What a list in the admin offers to do, if it is one."""
    form = page.context.get("action_form") if page.status_code == 200 else None
    return dict(form.fields["action"].choices) if form else {}


def everything():
    """Every row that the admin shows, its log and the time of a log-in left out."""
    models = [model for model in admin.site._registry if model is not LogEntry]
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def test_a_page_of_one_model_opens_for_whom_it_should(people, rows, subtests):
    for page, (label, who) in OTHER_PAGES.items():
        path = reverse(f"admin:{page}", args=[rows.published[label].pk] if label else [])
        with subtests.test(page), rolled_back():
            assert let_in(people, path) == who


# --- What reviewers may not do, whichever way they try ---


def test_what_a_reviewer_makes_is_a_draft(people, rows):
    path = "/admin/stages/stage/add/"
    data = filled_in(people["r"].get(path)) | {"title": "Tents", "slug": "tents", "summary": "T."}
    response = people["r"].post(path, data | {"state": "published"})
    assert response.context["adminform"].form.errors["state"]
    assert people["r"].post(path, data).status_code == 302
    assert Stage.objects.get(slug="tents").state == State.DRAFT


def test_a_reviewer_edits_a_draft_and_its_links(people, rows):
    save_form(people["r"], rows.drafts["stages.topic"], title="Newer", **{"links-0-why": "Clear."})
    row = Topic.objects.get(slug="new")
    assert (row.title, row.state, row.links.get().why) == ("Newer", State.DRAFT, "Clear.")


def test_a_reviewer_publishes_no_draft(people, rows):
    row = rows.drafts["stages.track"]
    page = people["r"].get(f"/admin/stages/track/{row.pk}/change/")
    assert list(page.context["adminform"].form.fields["state"].choices) == [("draft", "Draft")]


def test_a_reviewer_sees_no_box_to_change_in_a_list(people, rows, content):
    page = people["r"].get("/admin/stages/topic/")
    assert page.context["cl"].formset is None
    data = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "_save": "Save"}
    before = files(snapshot())
    people["r"].post("/admin/stages/topic/", data | {"form-0-id": content.topics["boots"].pk, "form-0-position": 9})
    assert files(snapshot()) == before


def test_a_reviewer_is_told_why_a_draft_that_was_published_meanwhile_is_not_saved(people, rows):
    draft = rows.drafts["stages.topic"]
    data = filled_in(people["r"].get(f"/admin/stages/topic/{draft.pk}/change/"))
    Topic.objects.filter(pk=draft.pk).update(state=State.PUBLISHED)
    page = people["r"].post(f"/admin/stages/topic/{draft.pk}/change/", data | {"title": "Mine"})
    assert page.status_code == 403
    assert "“New” is not a draft, and you may change drafts only. Nothing was saved." in page.text


def test_a_reviewer_is_offered_no_order_that_would_be_refused(people, rows, content):
    for row in (content.first, rows.drafts["stages.stage"]):
        page = people["r"].get(f"/admin/stages/stage/{row.pk}/change/").text
        assert ("Put its topics in order" in page) is (row is not content.first)
    assert "Put in order" not in people["r"].get("/admin/stages/stage/").text
    assert "Put in order" in people["m"].get("/admin/stages/stage/").text


def test_an_instructor_who_is_staff_makes_no_cohort_here(people, instructor):
    """They make theirs on the site, where they lead it at once."""
    instructor.is_staff = True
    instructor.save()
    assert people["i"].get("/admin/").status_code == 200
    assert people["i"].get("/admin/cohorts/cohort/add/").status_code == 403


def test_a_reviewer_adds_no_section_to_what_is_published(people, content, rows):
    path = "/admin/stages/tracksection/add/"
    data = filled_in(people["r"].get(path)) | {"slug": "more", "title": "More"}
    response = people["r"].post(path, data | {"track": content.other.pk})
    assert response.context["adminform"].form.errors["track"]
    assert people["r"].post(path, data | {"track": rows.drafts["stages.track"].pk}).status_code == 302
    assert TrackSection.objects.get(slug="more").track == rows.drafts["stages.track"]


def test_a_page_that_forgets_to_ask_is_stopped_all_the_same(people, content, monkeypatch):
    """The rule holds for what has changed, whatever changed it."""
    monkeypatch.setattr(ReviewerRestrictionsMixin, "may_edit", lambda *args: True)
    row = content.topics["weather"]
    path = f"/admin/stages/topic/{row.pk}/change/"
    data = filled_in(people["r"].get(path)) | {"title": "X", "state": "draft"}
    response = people["r"].post(path, data)
    assert response.status_code == 403
    assert "“Weather” is not a draft" in response.text
    assert Topic.objects.get(pk=row.pk).title == "Weather"
    assert not Revision.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_reviewer_puts_a_draft_back(people, rows):
    row = rows.drafts["stages.stage"]
    save_form(people["r"], row, title="Newer")
    page = people["r"].get(f"/admin/stages/stage/put-back/{Revision.objects.first().pk}/")
    form = Forms(page.text)
    people["r"].post(form.action, form.data)
    assert Stage.objects.get(pk=row.pk).title == "New"


def test_the_groups_have_nothing_to_do_with_people(db):
    """Maintainers see no account and nobody's progress; what they see of a report is what was reported."""
    for name in ("Maintainers", "Reviewers"):
        permissions = Permission.objects.filter(group__name=name).values_list("content_type__app_label", "codename")
        assert {(app, code) for app, code in permissions if app != "stages"} <= {
            ("progress", "view_report"),
            ("progress", "change_report"),
        }
