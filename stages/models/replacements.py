"""Topics that took over from others, by a merge or a split, once or several times in a row. Pure."""

from collections.abc import Collection, Iterable, Mapping


def replacements_by_slug(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """``{slug: [slugs that took over from it directly]}``, from (slug, the slugs that it replaces)."""
    replacements: dict[str, list[str]] = {}
    for slug, replaced in pairs:
        for old in replaced:
            replacements.setdefault(old, []).append(slug)
    return replacements


def followers(slug: str, replacements: Mapping[str, Iterable[str]], until: Collection[str] = ()) -> list[str]:
    """Every slug that took over from ``slug``, directly or not. Behind one of ``until`` nobody is looked for."""
    found: list[str] = []
    pending = [slug]
    while pending:
        for follower in replacements.get(pending.pop(), []):
            if follower != slug and follower not in found:
                found.append(follower)
                if follower not in until:
                    pending.append(follower)
    return found
