"""Many people at the same moment."""

from threading import Thread

import pytest
from django.contrib.auth.models import Permission

from progress.cohorts.members.views_people import CodeForm
from progress.cohorts.members.views_settings import CohortForm
from progress.cohorts.models import Cohort
from tests.conftest import client_of, make_user
from tests.progress.tracking.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cohort():
    return Cohort.objects.create(name="Autumn hikers", places=2)


def join(client, cohort):
    return lambda: client.post(f"/cohorts/join/{cohort.code}/")


def test_of_16_people_exactly_one_gets_the_last_place(cohort):
    cohort.join(make_user("Lena Learner"))
    clients = [client_of(make_user(f"Person{number} X")) for number in range(16)]
    answers = at_once([join(client, cohort) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [302] + [409] * 15
    assert cohort.enrolments.current().count() == 2


def test_16_presses_of_one_person_take_one_place(cohort):
    user = make_user("Lena Learner")
    answers = at_once([join(client_of(user), cohort) for _press in range(16)])
    assert {answer.status_code for answer in answers} == {302}
    assert cohort.enrolments.count() == 1


def test_instructors_who_remove_each_other_at_once_leave_one(cohort):
    people = [make_user(f"Person{number} X") for number in range(2)]
    cohort.instructors.set(people)
    path = f"/cohorts/{cohort.pk}/people/instructors/remove/"
    pairs = [(client_of(one), other) for one, other in (people, reversed(people))]
    at_once([lambda client=client, other=other: client.post(path, {"person": other.pk}) for client, other in pairs])
    assert cohort.instructors.count() == 1


@pytest.mark.parametrize(
    ("path", "form", "data"),
    [
        ("edit", CohortForm, {"name": "New", "time_zone": "UTC", "quiet_days": "7", "overdue_topics": "1"}),
        ("code", CodeForm, {"is_open": "on", "places": "3"}),
    ],
)
def test_what_somebody_else_does_while_a_form_is_saved_stays(cohort, monkeypatch, path, form, data):
    ines, otto = make_user("Ines Instructor"), make_user("Otto Outsider")
    cohort.instructors.set([ines, otto])
    as_ines, as_otto = client_of(ines), client_of(otto)
    archiving = Thread(
        target=lambda: at_once([lambda: as_otto.post(f"/cohorts/{cohort.pk}/archive/", {"archived": "yes"})])
    )
    save = form.save

    def meanwhile(self, *args):
        archiving.start()
        archiving.join(1)  # it has to wait for this form, so it is not done now
        return save(self, *args)

    monkeypatch.setattr(form, "save", meanwhile)
    assert as_ines.post(f"/cohorts/{cohort.pk}/{path}/", data).status_code == 302
    archiving.join()
    cohort.refresh_from_db()
    assert cohort.is_archived


def test_8_equal_forms_make_one_cohort():
    user = make_user("Ines Instructor")
    user.user_permissions.set(Permission.objects.filter(codename="add_cohort"))
    form = {"name": "Spring", "time_zone": "UTC", "quiet_days": "7", "overdue_topics": "1", "code": "BCDF2345"}
    clients = [client_of(user) for _press in range(8)]
    answers = at_once([lambda client=client: client.post("/cohorts/new/", form) for client in clients])
    assert {answer.status_code for answer in answers} == {302}
    assert Cohort.objects.get().instructors.get() == user
