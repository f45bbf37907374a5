from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from roadmap_site.environment.variables import LAPTOP, PRODUCTION, VARIABLES, plain


class WrongVariables(ImproperlyConfigured):
    """Its text has a line for each variable that is wrong or missing, and nothing secret."""


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """The value of every variable by its name; that of WAYMARK_ENV is never empty. Raises WrongVariables."""
    values: dict[str, Any] = dict.fromkeys(variable.name for variable in VARIABLES)
    problems = []
    for variable in VARIABLES:
        text = environ.get(variable.name, "")
        try:
            values[variable.name] = variable.value(text)
        except ValueError:
            problems.append(variable.complaint(text))
    values["WAYMARK_ENV"] = values["WAYMARK_ENV"] or (PRODUCTION if values["SECRET_KEY"] else LAPTOP)
    problems += missing(values, environ)
    if problems:
        raise WrongVariables("\n".join(problems))
    return values


def missing(values: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[str]:
    """What production needs and does not have, or that it looks as if this were production and nobody has said so."""
    if values["WAYMARK_ENV"] == PRODUCTION:
        for variable in VARIABLES:
            if variable.required and values[variable.name] in ("", []):
                yield f"{variable.name} is missing: production needs {plain(variable.right)}."
    elif not environ.get("WAYMARK_ENV", "").strip() and (signs := list(signs_of_production(values, environ))):
        yield (
            f"SECRET_KEY is missing, and this looks like production ({', '.join(signs)}): set it to a secret of at "
            f"least 50 random characters, or say WAYMARK_ENV={LAPTOP}."
        )


def signs_of_production(values: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[str]:
    if values["DATABASE_URL"] and values["DATABASE_URL"]["ENGINE"].endswith("postgresql"):
        yield "DATABASE_URL is a PostgreSQL"
    if values["ALLOWED_HOSTS"]:
        yield "ALLOWED_HOSTS is set"
    if values["BEHIND_PROXY"]:
        yield "BEHIND_PROXY is set"
    if environ.get("SERVER_SOFTWARE", "").startswith("gunicorn"):  # it says so to what it starts
        yield "gunicorn runs it"
