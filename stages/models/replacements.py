"""Topics that took over from others, by a merge or a split, once or several times in a row. Pure."""

from collections.abc import Collection, Iterable, Mapping


def replacements_by_slug(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """``{slug: [slugs that took over from it directly]}``, from (slug, the slugs that it replaces)."""
    takers: dict[str, list[str]] = {}
    for slug, replaced in pairs:
        for old in replaced:
            takers.setdefault(old, []).append(slug)
    return takers


def followers(slug: str, takers: Mapping[str, Iterable[str]], until: Collection[str] = ()) -> list[str]:
    """Every slug that took over from ``slug``, directly or not. Behind one of ``until`` nobody is looked for."""
    found: list[str] = []
    wanted = [slug]
    while wanted:
        for taker in takers.get(wanted.pop(), []):
            if taker != slug and taker not in found:
                found.append(taker)
                if taker not in until:
                    wanted.append(taker)
    return found
