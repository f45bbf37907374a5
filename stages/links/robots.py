"""What a robots.txt says to us, as RFC 9309 has it. Pure.

Not by urllib.robotparser: it takes the first rule that fits for the longest, and knows neither ``*`` nor ``$``, so it
keeps out of what is open and goes where it should not.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit


@dataclass
class RobotsRules:
    paths: list[tuple[str, bool]] = field(default_factory=list)  # a pattern, and whether it is allowed
    delay: float = 0  # seconds between two requests

    def allow(self, url: str) -> bool:
        """The longest rule that fits decides; of two as long, the one that allows."""
        parts = urlsplit(url)
        path = unquote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        found = [(len(pattern), allowed) for pattern, allowed in self.paths if fits(pattern, path)]
        return max(found, default=(0, True))[1]


def rules_for(name: str, text: str) -> RobotsRules:
    """The Rules in ``text`` for the robot of this ``name``: those for all only where there are none of its own."""
    own, general = RobotsRules(), RobotsRules()
    names: set[str] = set()
    is_named, begun = False, True
    for line in text.splitlines():
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        match key.lower():
            case "user-agent":
                names = {product(value)} if begun else names | {product(value)}
                is_named, begun = is_named or name.lower() in names, False
            case "allow" | "disallow" | "crawl-delay" as kind:
                begun = True
                for rules in [own] * (name.lower() in names) + [general] * ("*" in names):
                    if kind == "crawl-delay":
                        rules.delay = seconds(value)
                    elif value:
                        rules.paths.append((value, kind == "allow"))
    return own if is_named else general


def product(agent: str) -> str:
    """What a robot is called, without its version."""
    found = re.match(r"[*]|[a-z_-]*", agent.lower())
    return found[0] if found else ""


def seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else 0


def fits(pattern: str, path: str) -> bool:
    """Whether a path begins as the pattern says, in which * is anything and $ the end.

    Without a regular expression, which some patterns would keep busy for ever.
    """
    first, *rest = map(unquote, pattern.removesuffix("$").split("*"))
    last = rest.pop() if rest and pattern.endswith("$") else ""
    if not path.startswith(first):
        return False
    at = len(first)
    for piece in rest:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    if not pattern.endswith("$"):
        return True
    return at == len(path) if "*" not in pattern else path.endswith(last) and at + len(last) <= len(path)
