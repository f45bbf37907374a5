"""What apps register with those below them."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

import accounts.hooks
import stages.hooks


@pytest.mark.parametrize("app", [accounts, stages], ids=["accounts", "stages"])
def test_it_keeps_the_order_and_refuses_what_is_there_already(app):
    registry = app.hooks.Registry()
    registry.register("first", "second")
    with pytest.raises(ImproperlyConfigured, match="'first' is registered already"):
        registry.register("third", "first")
    assert registry == ["first", "second", "third"]


@pytest.mark.parametrize("app", ["stages", "progress", "cohorts"])
def test_an_app_that_is_made_ready_twice_is_found_out(app):
    with pytest.raises(ImproperlyConfigured, match="registered already"):
        apps.get_app_config(app).ready()
