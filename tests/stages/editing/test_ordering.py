"""Rows are put in order one move at a time, by whoever and at the same time as whoever else."""

import threading

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from stages.editing.ordering import move_after, positions_for
from stages.models import Stage, Topic


def order(rows):
    return [row.slug for row in rows.order_by("position", "pk")]


def pk(slug):
    return Topic.objects.get(slug=slug).pk


def test_a_row_goes_behind_another_or_first(content):
    topics = content.first.topics
    assert move_after(topics, pk("boots"), pk("maps"))
    assert order(topics) == ["maps", "boots", "snacks"]
    assert move_after(topics, pk("snacks"), None)
    assert order(topics) == ["snacks", "maps", "boots"]
    assert move_after(topics, pk("snacks"), None)  # said twice
    assert order(topics) == ["snacks", "maps", "boots"]


def test_the_rows_of_others_stay_where_they_are(content):
    before = list(content.second.topics.values_list("slug", "position"))
    move_after(content.first.topics, pk("snacks"), None)
    assert list(content.second.topics.values_list("slug", "position")) == before


def test_nothing_moves_when_a_row_has_gone_elsewhere(content):
    topics = content.first.topics
    for moved, after in [(pk("routes"), None), (pk("boots"), pk("routes")), (0, None), (pk("boots"), pk("boots"))]:
        assert not move_after(topics, moved, after)
    assert order(topics) == ["boots", "maps", "snacks"]


@given(st.lists(st.integers(0, 99)))
def test_new_numbers_are_all_different_and_rising(positions):
    numbers = positions_for(positions)
    assert len(numbers) == len(positions)
    assert numbers == sorted(set(numbers))
    if len(set(positions)) == len(positions):
        assert set(numbers) == set(positions)  # a file changes in the rows that moved, and nowhere else


@pytest.mark.django_db(transaction=True)
def test_editors_at_once_lose_and_double_nothing():
    stage = Stage.objects.create(slug="s", title="S", summary="S.")
    topics = Topic.objects.bulk_create(
        Topic(slug=f"t{number}", title="T", summary="T.", stage=stage, position=number) for number in range(8)
    )
    start, problems = threading.Barrier(4), []

    def edit(mine):
        try:
            start.wait()
            for topic in mine:
                assert move_after(stage.topics, topic.pk, None)
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    editors = [threading.Thread(target=edit, args=[topics[number::4]]) for number in range(4)]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    assert problems == []
    assert sorted(order(stage.topics)) == [f"t{number}" for number in range(8)]
    assert sorted(stage.topics.values_list("position", flat=True)) == list(range(8))
    assert set(order(stage.topics)[:4]) & {"t4", "t5", "t6", "t7"}
