"""/accounts/delete/: a person goes, and nothing of them is left."""

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from progress.models import Report
from tests.conftest import client_of
from tests.progress.tracking.test_ticks import tick
from tests.progress.transfer.test_personal_data import give_everything, models_with_people

DELETE = "/accounts/delete/"
PASSWORD = "walk-the-line-27"


def test_it_asks_and_explains_and_deletes_nothing_yet(content, as_learner, learner):
    page = as_learner.get(DELETE)
    assert "What goes with the account of lena@example.com" in page.text
    assert "/me/data/" in page.text
    assert "your place in every cohort" in page.text
    assert User.objects.filter(pk=learner.pk).exists()


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper()])
def test_it_needs_the_password(content, as_learner, learner, password):
    page = as_learner.post(DELETE, {"password": password})
    assert page.status_code == 200
    assert User.objects.filter(pk=learner.pk).exists()
    assert as_learner.get("/me/").status_code == 200


def test_guessing_the_password_is_slowed_down(content, as_learner, learner):
    answers = [as_learner.post(DELETE, {"password": "wrong"}) for _ in range(12)]
    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].text
    assert as_learner.post(DELETE, {"password": PASSWORD}).status_code == 429
    cache.clear()
    assert as_learner.post(DELETE, {"password": PASSWORD}).status_code == 302


def test_nobody_else_can_send_the_form(content, learner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    assert client.post(DELETE, {"password": PASSWORD}).status_code == 403
    assert User.objects.filter(pk=learner.pk).exists()


def test_it_says_farewell_and_the_person_is_gone(content, as_learner, learner):
    page = as_learner.post(DELETE, {"password": PASSWORD}, follow=True)
    assert "Your account is deleted" in page.text
    assert "Sign in" in page.text
    assert not User.objects.filter(pk=learner.pk).exists()


def test_every_device_is_signed_out_and_nobody_else_is(content, learner, outsider):
    here, phone, other, visitor = client_of(learner), client_of(learner), client_of(outsider), Client()
    tick(visitor, "maps", "done")
    assert [client.get("/me/").status_code for client in (here, phone, other)] == [200, 200, 200]
    here.post(DELETE, {"password": PASSWORD})
    assert [client.get("/me/").status_code for client in (here, phone, other)] == [302, 302, 200]
    owners = [SessionStore().decode(row.session_data).get("_auth_user_id") for row in Session.objects.all()]
    assert sorted(owners, key=str) == [None, str(outsider.pk)] or sorted(owners, key=str) == [str(outsider.pk), None]
    assert "☑" in visitor.get("/stages/first/print/").text


def everything_stored():
    """Every row of every table as text, what is in sessions readable."""
    for model in apps.get_models(include_auto_created=True):
        for row in model.objects.values():
            yield model, str(row)
    for session in Session.objects.all():
        yield Session, str(session.get_decoded())


def test_nothing_of_the_person_is_left_in_any_table(content, as_learner, learner, maintainer):
    give_everything(learner, content, "Zanzibar")
    group = learner.groups.get()
    client_of(learner)
    LogEntry.objects.create(
        user=maintainer,
        content_type=ContentType.objects.get_for_model(User),
        object_id=learner.pk,
        object_repr=str(learner),
        action_flag=CHANGE,
        change_message="Changed the name to Lena Learner.",
    )
    telling = ("Lena", "lena@example.com", "Zanzibar", learner.share.token, learner.certificates.get().token)
    assert {word for word in telling for _, row in everything_stored() if word in row} == set(telling)
    pk = learner.pk
    as_learner.post(DELETE, {"password": PASSWORD})
    group.delete()  # a group is not the person's; its name is only marked like all else here
    assert [(model, word) for model, row in everything_stored() for word in telling if word in row] == []
    left = [model for model, field in models_with_people() if model.objects.filter(**{field.name: pk}).exists()]
    assert left == []
    report = Report.objects.get()
    assert (report.user, report.text) == (None, "The link is dead.")
    assert LogEntry.objects.get().object_repr == "a deleted account"


def test_the_address_is_free_again(content, as_learner, client, mailoutbox):
    as_learner.post(DELETE, {"password": PASSWORD})
    client.post("/accounts/signup/", {"email": "lena@example.com", "password1": PASSWORD})
    assert EmailAddress.objects.get().email == "lena@example.com"
    assert User.objects.get().topic_progress.count() == 0


def test_who_has_no_password_confirms_in_another_way_or_has_none(content, learner):
    learner.set_unusable_password()
    learner.save()
    client = client_of(learner)
    assert 'type="password"' not in client.get(DELETE).text
    client.post(DELETE)
    assert not User.objects.filter(pk=learner.pk).exists()


def test_who_has_only_a_second_factor_is_asked_for_it(content, learner):
    give_everything(learner, content, "Zanzibar")
    learner.set_unusable_password()
    learner.save()
    response = client_of(learner).post(DELETE)
    assert response.url.startswith("/accounts/2fa/reauthenticate/")
    assert User.objects.filter(pk=learner.pk).exists()


@pytest.mark.parametrize("by_action", [True, False])
def test_whoever_is_deleted_in_the_admin_goes_as_wholly(content, learner, as_learner, maintainer, by_action):
    maintainer.is_superuser = True
    maintainer.save()
    admin = client_of(maintainer)
    as_learner.get("/me/")
    if by_action:
        data = {"action": "delete_selected", "_selected_action": [learner.pk], "post": "yes"}
        admin.post("/admin/accounts/user/", data)
    else:
        admin.post(f"/admin/accounts/user/{learner.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=learner.pk).exists()
    assert not any(SessionStore(row.pk).get("_auth_user_id") == str(learner.pk) for row in Session.objects.all())
