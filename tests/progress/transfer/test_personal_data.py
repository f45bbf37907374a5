"""GET /me/data/waymark.json: everything the site holds about a person, and nothing of anyone else."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from accounts.models import User
from progress import models
from progress.cohorts.models import CalendarFeed, Cohort, CustomTrack, DigestDelivery, EmailKind, Override, QueuedEmail
from progress.hooks import export_sections
from stages.models import Exercise, Revision
from tests.conftest import make_user
from tests.content import make_exercise


def give_everything(user, content, mark):
    """A row for ``user`` in every model that has people. ``mark`` stands in every text."""
    topic = content.topics["maps"]
    user.groups.add(Group.objects.create(name=f"{mark} group"))
    user.user_permissions.add(Permission.objects.get(codename="change_stage"))
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": f"{mark} secret"})
    UserSession.objects.create(user=user, session_key=f"{mark} key", ip="192.0.2.9", user_agent=f"{mark} browser")
    SocialAccount.objects.create(user=user, provider="oidc", uid=f"{mark} uid", extra_data={"name": mark})
    user.login_records.create(ip="192.0.2.9", user_agent=f"{mark} browser", is_new_device=False)
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(topic),
        object_id=topic.pk,
        object_repr=f"{mark} repr",
        action_flag=CHANGE,
        change_message=f"{mark} message",
    )
    Revision.objects.create(model="stages.topic", object_id=topic.pk, title="Maps", after={}, by=user, how="admin")
    models.TopicProgress.objects.record(user, topic, "done")
    models.Star.objects.create(user=user, topic=topic)
    models.Note.objects.create(user=user, topic=topic, text=f"{mark} *note*")
    models.ResourceTick.objects.create(user=user, resource=content.resource)
    models.Report.objects.create(user=user, topic=topic, resource=content.resource, text="The link is dead.")
    models.Reset.objects.create(user=user, title=f"{mark} reset", standings={str(topic.pk): "done", "0": "skipped"})
    exercise = Exercise.objects.first() or make_exercise(topic)
    models.Attempt.objects.create(user=user, exercise=exercise, files={"double.py": f"{mark} = 2"})
    models.Share.objects.create(user=user)
    models.Certificate.objects.create(
        user=user, track=content.other, name=f"{mark} name", track_title="Another way", topics=[["maps", "Maps"]]
    )
    cohort = Cohort.objects.create(name="A cohort, which stays")
    cohort.instructors.add(user)
    cohort.join(user)
    assignment = cohort.assignments.create(track=content.other)
    assignment.extensions.create(user=user, due="2027-01-31")
    enrolment = cohort.enrolments.get(user=user)
    assignment.picked.add(enrolment)
    cohort.groups.create(name="A group, which stays").members.add(enrolment)
    cohort.invitations.create(email=user.email, name=f"{mark} invited", user=user, invited_by=user)
    cohort.messages.create(sender=user, subject=f"{mark} subject", text=f"{mark} text").recipients.add(user)
    Override.objects.create(learner=user, by=user, topic=topic, cohort=cohort, reason=f"{mark} reason", before="none")
    CustomTrack.objects.create(track=content.other).authors.add(user)
    QueuedEmail.objects.create(
        key=f"{mark} key",
        kind=EmailKind.MESSAGE,
        email=user.email,
        user=user,
        subject=f"{mark} mail",
        body=f"{mark} body",
        queued_at="2027-01-04T07:00Z",
        not_before="2027-01-04T07:00Z",
    )
    DigestDelivery.objects.create(user=user, kind=EmailKind.LEARNING, week="2027-01-04")
    CalendarFeed.objects.create(user=user)


def models_with_people():
    """Every model that has a foreign key to a user, with that key; tables of many-to-many fields too."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if field.related_model is User:
                yield model, field


def test_every_model_that_belongs_to_a_person_is_in_the_file():
    exported = [(part.model, part.owner) for part in export_sections]
    assert {(model, field.name) for model, field in models_with_people()} - set(exported) == set()
    assert len(set(exported)) == len({part.key for part in export_sections}) == len(export_sections)


@pytest.mark.parametrize("part", export_sections, ids=lambda part: part.key)
def test_every_column_is_in_the_file_or_left_out_for_a_reason(part):
    said = {path.split("__")[0] for path in part.columns.values()}
    names = {field.name for field in part.model._meta.local_concrete_fields} - {part.owner.split("__")[0]}
    assert names == said | part.left_out.keys()
    assert not said & part.left_out.keys()
    assert all(part.left_out.values())


def test_the_cast_of_this_test_has_a_row_in_every_model(content, learner):
    """Or the tests below, and those of deletion, would not see what they are for."""
    give_everything(learner, content, "Zanzibar")
    without = [model for model, field in models_with_people() if not model.objects.filter(**{field.name: learner})]
    assert without == []


def test_the_file_has_everything(content, as_learner, learner):
    give_everything(learner, content, "Zanzibar")
    response = as_learner.get("/me/data/waymark.json")
    assert response.headers["Content-Disposition"] == 'attachment; filename="waymark.json"'
    assert "no-store" in response.headers["Cache-Control"]
    found = json.loads(response.content)
    assert list(found) == ["format", "version", "exported_at", *(part.key for part in export_sections)]
    assert (found["format"], found["version"]) == ("waymark-export", 1)
    assert [part.key for part in export_sections if not found[part.key]] == []
    assert found["account"]["email"] == "lena@example.com"
    assert found["email_addresses"] == [{"email": "lena@example.com", "verified": True, "primary": True}]
    [row] = found["standings"]
    assert (row["topic"], row["title"], row["status"]) == ("maps", "Maps", "done")
    assert row["changed_at"].endswith("Z")
    assert [(event["status"], event["cause"]) for event in found["events"]] == [("done", "tick")]
    assert found["notes"][0]["text"] == "Zanzibar *note*"
    assert found["resource_ticks"][0]["url"] == "https://example.org/maps/"
    assert found["resets"][0]["standings"] == {"maps": "done", "0": "skipped"}
    assert found["share"]["token"] == learner.share.token
    assert found["certificates"][0]["topics"] == [["maps", "Maps"]]
    assert found["groups"] == [{"name": "Zanzibar group"}]


def test_no_secret_is_in_the_file(content, as_learner, learner):
    give_everything(learner, content, "Zanzibar")
    text = as_learner.get("/me/data/waymark.json").text
    assert learner.password not in text
    assert "Zanzibar secret" not in text


def test_nothing_of_anyone_else_is_in_the_file(content, as_learner, learner):
    give_everything(make_user("Zora Neighbor"), content, "Zanzibar")
    text = as_learner.get("/me/data/waymark.json").text
    assert "Zanzibar" not in text
    assert "zora@example.com" not in text
    found = json.loads(text)
    assert found["standings"] == found["notes"] == found["reports"] == []
    assert found["share"] is None


def test_the_page_says_what_is_in_the_file(content, as_learner):
    page = as_learner.get("/me/data/").text
    for part in export_sections:
        assert f"<code>{part.key}</code>" in page
        assert str(part.description) in page
