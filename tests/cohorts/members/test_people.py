"""The instructors' page of people and code."""

import re
from datetime import UTC, date, datetime

import pytest
from allauth.account.models import EmailAddress

from progress.cohorts.members.qr_codes import MARGIN, svg_path
from progress.cohorts.models import Cohort, new_code
from tests.cohorts.assignment_pages import as_shown
from tests.conftest import client_of, make_user


@pytest.fixture
def base(cohort):
    return f"/cohorts/{cohort.pk}"


def leaders(cohort):
    return {user.email for user in cohort.instructors.all()}


def test_it_shows_instructors_and_current_learners_with_the_day_they_joined(cohort, base, as_instructor):
    cohort.join(make_user("Vera Visitor"))
    cohort.leave(cohort.learners.get(name="Vera Visitor"))
    Cohort.objects.update(time_zone="Asia/Tokyo")
    cohort.enrolments.update(joined_at=datetime(2026, 3, 1, 20, tzinfo=UTC))
    page = as_instructor.get(f"{base}/people/").text
    assert "Lena Learner" in page
    assert "joined March 2, 2026" in page  # by the cohort's clock
    assert "Vera" not in page


def test_a_second_instructor_has_equal_rights_until_they_are_removed(cohort, base, as_instructor, outsider):
    as_instructor.post(f"{base}/people/instructors/", {"email": "OTTO@example.com"})
    second = client_of(outsider)
    assert second.get(f"{base}/people/").status_code == 200
    assert second.get(f"{base}/edit/").status_code == 200
    as_instructor.post(f"{base}/people/instructors/remove/", {"person": outsider.pk})
    assert second.get(f"{base}/people/").status_code == 404
    assert second.get(f"{base}/edit/").status_code == 404


def test_an_instructor_may_go_but_the_last_one_stays(cohort, base, as_instructor, instructor, outsider):
    answer = as_instructor.post(f"{base}/people/instructors/remove/", {"person": instructor.pk}, follow=True)
    assert "the last one stays" in answer.text
    assert leaders(cohort) == {"ines@example.com"}
    cohort.instructors.add(outsider)
    assert as_instructor.post(f"{base}/people/instructors/remove/", {"person": instructor.pk}).url == "/cohorts/"
    assert leaders(cohort) == {"otto@example.com"}
    assert as_instructor.get(f"{base}/people/").status_code == 404


@pytest.mark.parametrize("kind", ["unknown", "unverified", "inactive"])
def test_only_an_address_that_is_somebodys_for_certain_is_added(cohort, base, as_instructor, outsider, kind):
    if kind == "unverified":
        EmailAddress.objects.filter(user=outsider).update(verified=False)
    if kind == "inactive":
        type(outsider).objects.filter(pk=outsider.pk).update(is_active=False)
    email = "nobody@example.com" if kind == "unknown" else outsider.email
    answer = as_instructor.post(f"{base}/people/instructors/", {"email": email})
    assert answer.status_code == 422
    assert "Nobody has an account with this address" in answer.text
    assert email in answer.text  # what was typed is still there
    assert leaders(cohort) == {"ines@example.com"}


def test_nobody_finds_out_many_addresses(cohort, base, as_instructor, outsider):
    for number in range(20):
        as_instructor.post(f"{base}/people/instructors/", {"email": f"guess{number}@example.com"})
    assert as_instructor.post(f"{base}/people/instructors/", {"email": outsider.email}).status_code == 429
    assert leaders(cohort) == {"ines@example.com"}


@pytest.mark.parametrize("person", ["", "x", "-1", "²", "9" * 40])
def test_a_person_who_is_none_is_not_removed(cohort, base, as_instructor, person):
    assert as_instructor.post(f"{base}/people/learners/remove/", {"person": person}).status_code == 404
    assert as_instructor.post(f"{base}/people/instructors/remove/", {"person": person}).status_code == 302


def test_nobody_is_named_who_is_not_in_the_cohort(cohort, base, as_instructor, outsider):
    page = as_instructor.post(f"{base}/people/instructors/remove/", {"person": outsider.pk}, follow=True)
    assert "Otto" not in page.text
    assert as_instructor.post(f"{base}/people/learners/remove/", {"person": outsider.pk}).status_code == 404


def test_a_removed_learner_is_gone_and_removing_again_changes_nothing(cohort, base, as_instructor, learner):
    for _time in range(2):
        as_instructor.post(f"{base}/people/learners/remove/", {"person": learner.pk})
        assert not cohort.enrolments.current().exists()
    left = cohort.enrolments.get().left_at
    as_instructor.post(f"{base}/people/learners/remove/", {"person": learner.pk})
    assert cohort.enrolments.get().left_at == left


def test_a_new_code_ends_the_old_one_and_sent_twice_it_is_new_once(cohort, base, as_instructor, as_outsider):
    old = cohort.code
    for _time in range(2):
        as_instructor.post(f"{base}/code/renew/", {"code": old})
        cohort.refresh_from_db()
        assert as_outsider.get(f"/cohorts/join/{cohort.code}/").status_code == 200
    assert cohort.code != old
    assert as_outsider.get(f"/cohorts/join/{old}/").status_code == 404
    now = cohort.code
    as_instructor.post(f"{base}/code/renew/", {"code": old})
    cohort.refresh_from_db()
    assert cohort.code == now


@pytest.mark.parametrize(
    ("zone", "expires"),
    [
        ("UTC", datetime(2026, 3, 30, 0, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 29, 15, tzinfo=UTC)),
        ("Europe/Lisbon", datetime(2026, 3, 29, 23, tzinfo=UTC)),  # summer time began on this day
    ],
)
def test_the_code_lasts_to_the_end_of_a_day_of_the_cohort(cohort, base, as_instructor, zone, expires):
    Cohort.objects.update(time_zone=zone)
    as_instructor.post(f"{base}/code/", {"is_open": "on", "last_day": "2026-03-29", "places": "12"})
    cohort.refresh_from_db()
    assert (cohort.code_expires_at, cohort.places, cohort.is_open) == (expires, 12, True)
    assert 'value="2026-03-29"' in as_instructor.get(f"{base}/people/").text
    form = as_shown(as_instructor.get(f"{base}/people/").context["code_form"]) | {"last_day": "", "places": ""}
    del form["is_open"]  # not ticked
    as_instructor.post(f"{base}/code/", form)
    cohort.refresh_from_db()
    assert (cohort.code_expires_at, cohort.places, cohort.is_open) == (None, None, False)


@pytest.mark.parametrize(
    "data", [{"places": "-1"}, {"places": "99999999"}, {"last_day": "9999-12-31"}, {"last_day": "x"}]
)
def test_what_cannot_be_is_refused_beside_its_field(cohort, base, as_instructor, data):
    answer = as_instructor.post(f"{base}/code/", {"is_open": "on"} | data)
    assert (answer.status_code, "errorlist" in answer.text) == (422, True)
    cohort.refresh_from_db()
    assert (cohort.places, cohort.code_expires_at) == (30, None)


def test_the_projector_shows_code_link_and_a_drawing_of_the_link(cohort, base, as_instructor):
    page = as_instructor.get(f"{base}/projector/").text
    assert cohort.code_in_halves in page
    size, path = svg_path(f"http://testserver/cohorts/join/{cohort.code}/")
    assert f'viewBox="0 0 {size} {size}"' in page
    assert f'd="{path}"' in page


def test_the_projector_of_a_closed_cohort_shows_no_code(cohort, base, as_instructor):
    Cohort.objects.update(is_open=False)
    page = as_instructor.get(f"{base}/projector/").text
    assert cohort.code_in_halves not in page
    assert "closed at the moment" in page


def test_a_drawing_is_the_code_to_the_last_module():
    from qrcode import QRCode

    code = QRCode(border=MARGIN)
    code.add_data("https://waymark.example.org/cohorts/join/BCDF2345/")
    wanted = code.get_matrix()
    size, path = svg_path("https://waymark.example.org/cohorts/join/BCDF2345/")
    found = [[False] * size for _row in range(size)]
    for x, y, length, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path):
        assert length == back
        for step in range(int(length)):
            found[int(y)][int(x) + step] = True
    assert found == wanted


def test_the_list_shows_each_person_their_own_cohorts(cohort, as_instructor, as_learner, as_outsider):
    assert "You instruct" in as_instructor.get("/cohorts/").text
    page = as_learner.get("/cohorts/").text
    assert "Ines Instructor" in page
    assert "/people/" not in page
    assert "Autumn hikers" not in as_outsider.get("/cohorts/").text


def test_everyone_who_is_signed_in_finds_the_cohorts_in_the_menu(content, client, as_outsider):
    assert 'href="/cohorts/"' in as_outsider.get("/").text
    assert 'href="/cohorts/"' not in client.get("/").text


def test_the_admin_tells_who_leads(cohort, outsider, instructor):
    outsider.is_staff = outsider.is_superuser = True
    outsider.save()
    Cohort.objects.create(name="Left alone", starts=date(2026, 1, 1))
    admin = client_of(outsider)
    page = admin.get("/admin/cohorts/cohort/").text
    assert "Ines Instructor" in page
    assert "nobody" in page
    found = admin.get("/admin/cohorts/cohort/", {"q": "ines@"}).text
    assert "Autumn hikers" in found
    assert "Left alone" not in found
    assert "Lena" not in admin.get(f"/admin/cohorts/cohort/{cohort.pk}/change/").text
    assert admin.get("/admin/cohorts/cohort/add/").status_code == 200


def test_codes_have_no_letters_that_look_or_sound_alike():
    assert not set("".join(new_code() for _time in range(200))) & set("AEIOU01Y")
