"""What a robots.txt says to us, as RFC 9309 has it. Pure.

Not by urllib.robotparser: it takes the first rule that fits for the longest, and knows neither ``*`` nor ``$``, so it
keeps out of what is open and goes where it should not.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit


@dataclass
class RobotsRules:
    patterns: list[tuple[str, bool]] = field(default_factory=list)  # a pattern, and whether it is allowed
    crawl_delay: float = 0  # seconds between two requests

    def allow(self, url: str) -> bool:
        """The longest rule that fits decides; of two as long, the one that allows."""
        parts = urlsplit(url)
        path = unquote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        matching = [(len(pattern), allowed) for pattern, allowed in self.patterns if matches(pattern, path)]
        return max(matching, default=(0, True))[1]


def rules_for(name: str, text: str) -> RobotsRules:
    """The RobotsRules in ``text`` for the robot ``name``: those for all only where there are none of its own."""
    specific, general = RobotsRules(), RobotsRules()
    names: set[str] = set()
    is_named, in_rules = False, True
    for line in text.splitlines():
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        match key.lower():
            case "user-agent":
                names = {product_token(value)} if in_rules else names | {product_token(value)}
                is_named, in_rules = is_named or name.lower() in names, False
            case "allow" | "disallow" | "crawl-delay" as kind:
                in_rules = True
                for rules in [specific] * (name.lower() in names) + [general] * ("*" in names):
                    if kind == "crawl-delay":
                        rules.crawl_delay = seconds(value)
                    elif value:
                        rules.patterns.append((value, kind == "allow"))
    return specific if is_named else general


def product_token(agent: str) -> str:
    """What a robot is called, without its version."""
    match = re.match(r"[*]|[a-z_-]*", agent.lower())
    return match[0] if match else ""


def seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else 0


def matches(pattern: str, path: str) -> bool:
    """Whether a path begins as the pattern says, in which * is anything and $ the end.

    Without a regular expression, which some patterns would keep busy for ever.
    """
    first, *rest = map(unquote, pattern.removesuffix("$").split("*"))
    last = rest.pop() if rest and pattern.endswith("$") else ""
    if not path.startswith(first):
        return False
    index = len(first)
    for part in rest:
        index = path.find(part, index)
        if index < 0:
            return False
        index += len(part)
    if not pattern.endswith("$"):
        return True
    return index == len(path) if "*" not in pattern else path.endswith(last) and index + len(last) <= len(path)
