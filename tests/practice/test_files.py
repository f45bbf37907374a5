"""Files in Markdown, and what tells them apart."""

import pytest

from stages.practice.files import digest, parse_files


def test_a_block_is_a_file():
    text = '```python title="a.py"\nx = 1\n\n```\n\n````html title="b/c.html"\n```\n````\n'
    text += '\n```text title="empty.txt"\n```\n'
    assert parse_files(text) == {"a.py": "x = 1\n\n", "b/c.html": "```\n", "empty.txt": ""}
    assert parse_files("") == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("words", "line 1: a file begins with"),
        ("```python\nx\n```", "line 1: a file begins with"),
        ('```python title="a.py"\nx', "“a.py” has no end"),
        ('```python title="../a.py"\n```', "is no path"),
        ('```python title="/a.py"\n```', "is no path"),
        ('```python title="a.py"\n```\n```python title="a.py"\n```', "line 3: “a.py” stands twice"),
    ],
)
def test_what_is_none_is_named(text, says):
    with pytest.raises(ValueError, match=says.replace("(", r"\(")):
        parse_files(text)


def test_a_digest_depends_on_paths_and_texts_alone():
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})
    assert len({digest(files) for files in ({}, {"a": ""}, {"a": "b"}, {"ab": ""}, {"a": "1", "b": ""})}) == 5
