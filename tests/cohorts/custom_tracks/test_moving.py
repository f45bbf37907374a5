"""The order of sections and topics while they are moved. Pure."""

from hypothesis import given
from hypothesis import strategies as st

from progress.cohorts.custom_tracks.editor import InvalidEditError, TrackEditor
from stages.editing.ordering import insert_after


@given(st.lists(st.integers(), unique=True), st.data())
def test_moving_keeps_the_same_things_in_a_total_order(things, data):
    for _move in range(4):
        if not things:
            return
        thing = data.draw(st.sampled_from(things))
        after = data.draw(st.sampled_from([None, *(other for other in things if other != thing)]))
        result = insert_after(things, thing, after)
        assert sorted(result) == sorted(things)
        assert result.index(thing) == (0 if after is None else result.index(after) + 1)
        assert [one for one in result if one != thing] == [one for one in things if one != thing]
        things = result


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["start", "finish"]),
            st.sampled_from(["maps", "routes", "snacks", "weather"]),
            st.sampled_from(["start", "finish"]),
            st.sampled_from(["", "maps", "routes", "snacks"]),
        ),
        max_size=8,
    )
)
def test_any_moves_keep_the_topics_and_number_them_through(moves):
    from types import SimpleNamespace

    def row(slug, position):
        return SimpleNamespace(
            topic=SimpleNamespace(slug=slug), position=position, section=None, save=lambda **_: None
        )

    class Unsaved(TrackEditor):
        def __init__(self):
            self.sections = [
                SimpleNamespace(slug="start", rows=[row("maps", 0), row("routes", 1)]),
                SimpleNamespace(slug="finish", rows=[row("routes", 5), row("snacks", 5)]),
            ]

        def _renumber(self, items):
            for position, item in enumerate(items):
                item.position = position

    editor = Unsaved()
    for move in moves:
        before = [[row.topic.slug for row in section.rows] for section in editor.sections]
        try:
            editor.move_topic(*move)
        except InvalidEditError:
            assert [[row.topic.slug for row in section.rows] for section in editor.sections] == before
        slugs = [row.topic.slug for section in editor.sections for row in section.rows]
        assert sorted(slugs) == ["maps", "routes", "routes", "snacks"]
        for section in editor.sections:
            assert len({row.topic.slug for row in section.rows}) == len(section.rows)
            positions = [row.position for row in section.rows]
            assert len(set(positions)) == len(positions) or move is None or positions == [5, 5]
