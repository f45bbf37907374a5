"""Prerequisites that go round in a circle."""

from collections.abc import Iterable, Mapping


def find_cycle(prerequisites: Mapping[str, Iterable[str]]) -> list[str] | None:
    """A cycle in ``{slug: [slugs it needs]}`` as a list that ends where it began, or None."""
    state: dict[str, str] = {}
    for start in prerequisites:
        path: list[str] = []
        stack = [(start, False)]
        while stack:
            slug, leaving = stack.pop()
            if leaving:
                state[slug] = "clear"
                path.pop()
            elif state.get(slug) == "open":
                return [*path[path.index(slug) :], slug]
            elif slug not in state:
                state[slug] = "open"
                path.append(slug)
                stack.append((slug, True))
                stack += [(needed, False) for needed in prerequisites.get(slug, ())]
    return None
