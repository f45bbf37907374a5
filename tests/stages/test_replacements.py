"""Who took over from a topic that was merged or split."""

import pytest

from stages.models import State, Topic
from stages.models.replacements import followers, replacements_by_slug


@pytest.mark.parametrize(
    ("pairs", "until", "found"),
    [
        ([], (), []),
        ([("x", ["y"])], (), []),
        ([("b", ["a"])], (), ["b"]),
        ([("b", ["a"]), ("c", ["a"])], (), ["b", "c"]),  # split
        ([("b", ["a", "x"])], (), ["b"]),  # merged
        ([("b", ["a"]), ("c", ["b"])], (), ["b", "c"]),  # twice
        ([("b", ["a"]), ("c", ["b"])], {"b"}, ["b"]),
        ([("b", ["a"]), ("a", ["b"])], (), ["b"]),  # round in a circle
        ([("a", ["a"])], (), []),
        ([("b", ["a"]), ("c", ["a"]), ("d", ["b", "c"])], (), ["b", "c", "d"]),
    ],
)
def test_a_topic_knows_who_took_over_from_it(pairs, until, found):
    assert followers("a", replacements_by_slug(pairs), until) == found


def test_only_published_ones_are_heirs_and_those_behind_others_too(content, django_assert_num_queries):
    for slug, replaced in (("maps", "boots"), ("routes", "maps"), ("weather", "maps"), ("snacks", "snacks")):
        Topic.objects.filter(slug=slug).update(replaces=[replaced])
    Topic.objects.filter(slug__in=["boots", "maps"]).update(state=State.RETIRED)
    with django_assert_num_queries(1):
        heirs = Topic.objects.successors_by_slug()
    assert {old: [topic.slug for topic in topics] for old, topics in heirs.items()} == {
        "boots": ["routes", "weather"],
        "maps": ["routes", "weather"],
        "snacks": [],
    }
    assert [topic.slug for topic in content.topics["boots"].successors()] == ["routes", "weather"]
