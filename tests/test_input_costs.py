"""Whatever is given to a parser: nothing that is accepted takes longer than half a second of CPU time."""

import contextlib
from functools import cache
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from progress.cohorts.invitations import parser as invitation_parser
from progress.transfer import checklist_parser
from stages.fixture_io import FixtureError, reader
from stages.markdown.render import render, render_by_reader


def parse_checklist(text):
    items = checklist_parser.parse(checklist_parser.decode(text.encode()))
    titles = {f"topic-{number}": f"Templates, forms and models {number}" for number in range(300)}
    list(checklist_parser.TopicMatcher(titles).matches(items))


PARSERS = {
    "Markdown": (render, 20_000, ValueError),
    "a reader's Markdown": (render_by_reader, 20_000, ValueError),
    "check-list": (parse_checklist, checklist_parser.MAX_BYTES, checklist_parser.NotAChecklist),
    "list of people": (
        lambda text: invitation_parser.parse(invitation_parser.decode(text.encode())),
        invitation_parser.MAX_BYTES,
        checklist_parser.NotAChecklist,
    ),
}
# What makes parsers slow is a beginning without its end, over and over.
SEEDS = [
    *(
        "[",
        "![",
        "[a](",
        "[a][",
        "*a_ ",
        "**a *",
        "`",
        "`a``",
        "<",
        "<a ",
        "&",
        "> ",
        "- ",
        "1. ",
        "|a",
        "|",
        "\\",
        '"',
        "'",
    ),
    *(
        '"a ',
        "~~a",
        "[a]: b\n",
        "[a]\n",
        "# ",
        "#\n",
        "```\n",
        "* *\n",
        "\t",
        "a\n\n",
        "a  \n",
        "http://a.b ",
        "<http://a>",
    ),
    *(
        "](",
        "[]()",
        "_",
        "a*",
        "*a",
        "...",
        "--",
        "<!--",
        "a|b\n-|-\n",
        "\n",
        "***a",
        "+ a\n",
        "  - a\n",
        "a@b.c,",
        "a@b.c\n",
    ),
    *(
        "- [x] a\n",
        "- [x] [a](b) ",
        "- [x] *a_ **b ",
        "- [x]\n  a\n",
        "# a\n- [x] b\n",
        "a;b\n",
        '"a\n',
        "a\tb@c.d\n",
        "é",
        "\u0301",
    ),
]
FENCES = [
    "python",
    "console",
    "html+django",
    "html",
    "http",
    "yaml",
    "css",
    "javascript",
    "jsx",
    "ini",
    "docker",
    "amdgpu",
    "adl",
]


@cache
def half_a_second() -> float:
    """As much CPU time as half a second of a quiet machine, whatever this one does besides."""
    times = []
    for _ in range(9):
        start = process_time()
        sum(number * number for number in range(500_000))
        times.append(process_time() - start)
    return 0.5 * min(times) / 0.02


def cost(parser, text):
    parse, size, refused = PARSERS[parser]
    text = text.encode()[:size].decode(errors="ignore")
    start = process_time()
    with contextlib.suppress(refused):
        parse(text)
    return process_time() - start


def assert_cheap(parser, text):
    # Measured again before it is said: other processes of this machine cost caches.
    assert any(cost(parser, text) <= half_a_second() for _ in range(3)), f"{parser}: {text[:60]!r} takes too long"


@pytest.mark.parametrize("seed", SEEDS, ids=ascii)
@pytest.mark.parametrize("parser", PARSERS)
def test_nothing_repeated_takes_long(parser, seed):
    assert_cheap(parser, seed * (PARSERS[parser][1] // len(seed)))


@pytest.mark.parametrize("language", FENCES)
def test_no_code_takes_long(language):
    for seed in ("a", "a.b", "&", "'", '"', "<a ", "a:\n", "J", "@", "=", "{{", "(", "/*a", "*a", "a|b:", "-\n", "0"):
        assert_cheap("Markdown", f"```{language}\n{seed * (2_900 // len(seed))}\n```\n" * 6)


@pytest.mark.parametrize("columns", [2, 50, 1_000])
def test_no_table_takes_long_or_grows(columns):
    text = "|" + "a|" * columns + "\n|" + "-|" * columns + "\n" + "|\n" * 20_000
    assert_cheap("Markdown", text)
    assert len(render(text[:20_000])) < 250_000


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(PARSERS)), st.lists(st.sampled_from(SEEDS), min_size=2, max_size=4))
def test_no_mixture_takes_long(parser, seeds):
    text = "".join(seeds)
    assert_cheap(parser, text * (PARSERS[parser][1] // len(text)))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(PARSERS)), st.text(max_size=400))
def test_no_text_breaks_a_parser(parser, text):
    cost(parser, text)


LINES = [
    f"    {name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
]
BOMB = "- model: stages.stage\n  fields:\n    a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(LINES) + "    body: *i\n"
KEYS = "- model: stages.stage\n  fields:\n" + "".join(f"    a{number}: 1\n" for number in range(20_000))
YAML = [
    "- " * 4_000 + "a",
    "[" * 4_000,
    "{" * 4_000,
    "? " * 4_000,
    "&a " * 4_000,
    "!!" * 4_000,
    "a: " * 4_000,
    "'" * 9_001,
    BOMB,
    KEYS,
]


@pytest.mark.parametrize("text", YAML, ids=lambda text: text[:9])
def test_no_file_takes_long(tmp_path, text):
    """A file that makes no sense is refused by its name."""
    (tmp_path / "bad.yaml").write_text(text)
    start = process_time()
    with pytest.raises(FixtureError, match=r"bad\.yaml"):
        reader.read(tmp_path)
    assert process_time() - start <= 2 * half_a_second()
