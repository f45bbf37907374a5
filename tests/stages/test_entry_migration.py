"""Entries that led to one stage lead to many, wherever they are kept as the files have them."""

import importlib

import pytest

migration = importlib.import_module("stages.migrations.0012_stages_of_entries")


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ({"ref": "x1", "stage": ["first"]}, {"ref": "x1", "stages": [["first"]]}),
        ({"ref": "x1", "stage": None}, {"ref": "x1", "stages": []}),
        ({"ref": "x1"}, {"ref": "x1"}),
    ],
)
def test_there_and_back_it_is_as_it_was(one, many):
    assert migration.to_many(dict(one)) == many
    assert migration.to_one(dict(many)) == one


def test_on_the_way_back_the_first_stage_stays():
    assert migration.to_one({"stages": [["first"], ["second"]]}) == {"stage": ["first"]}


def test_on_the_way_back_what_the_document_says_becomes_its_name():
    said = {"label": "", "paraphrase": "Take a map.", "sign": "1.", "heading": False, "cites": [], "printed_url": ""}
    assert migration.to_one(said) == {"label": "Take a map."}
