"""For the tests of what an instructor changes: what forms would send, and the page of an assignment."""


def as_shown(form):
    """What a form that remembers what it was shown with sends as it stands."""
    shown = {field.html_name: str(field.value()) for field in form if field.value()}
    return shown | {f"initial-{name}": value for name, value in shown.items()}


def path(assignment, verb=""):
    return f"/cohorts/{assignment.cohort_id}/assignments/{assignment.pk}/{verb}"


def page_of(assignment, client):
    response = client.get(path(assignment))
    assert response.status_code == 200
    return response


def shown_in(assignment, client):
    return page_of(assignment, client).context["audience_form"]["shown"].value()


def days_of(assignment, client):
    """What the form of the schedule would send, as it stands on the page."""
    form = page_of(assignment, client).context["schedule_form"]
    return {"shown": form["shown"].value()} | {
        field.html_name: field.value() and str(field.value()) for _section, field, *_rest in form.rows
    }
