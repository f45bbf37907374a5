"""How lessons are written, as far as a machine can tell. Each function yields what is wrong, in words."""

import hashlib
import re
import subprocess
import sys

from markdown_it import MarkdownIt

WORDS = range(90, 261)  # in the text of a lesson, code apart
PATRONIZING = re.compile(r"\b(simply|just|obviously|easily|of course)\b", re.IGNORECASE)
MISTAKE, NOT_WHEN = "**The usual mistake:** ", "**When not to use it:** "


def prose(markdown):
    """The text of Markdown without its code blocks, marks and addresses: paragraphs, one a line."""
    return "\n".join(
        "".join(part.content if part.type in ("text", "code_inline") else " " for part in token.children or ())
        for token in MarkdownIt("commonmark").enable("table").parse(markdown)
        if token.type == "inline"
    )


def words(text):
    return re.findall(r"[\w'’.@/-]*\w", text)


def sentences(markdown):
    """Its sentences of six words or more, in small letters."""
    for paragraph in prose(markdown).splitlines():
        for sentence in re.split(r"(?<=[.!?:])\s+", paragraph):
            found = tuple(word.lower() for word in words(sentence))
            if len(found) >= 6:
                yield found


def runs(text, length=8):
    """Every ``length`` words in a row."""
    found = [word.lower() for word in re.findall(r"\w+", text)]
    return {tuple(found[place : place + length]) for place in range(len(found) - length + 1)}


def digest(run):
    """A short hash of a run of words."""
    return hashlib.blake2b(" ".join(run).encode(), digest_size=6).hexdigest()


def about_markdown(markdown):
    """Markdown that would not become what its writer meant."""
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        if token.type in ("html_block", "code_block"):
            yield f"line {token.map[0] + 1}: {token.type.replace('_', ' ')}; only fenced code, and no HTML."
        if token.type == "heading_open" and token.tag in ("h1", "h2"):
            yield f"line {token.map[0] + 1}: headings begin at ###."
        if token.type != "inline":
            continue
        line = token.map[0] + 1
        for part in token.children:
            if part.type == "html_inline":
                yield f"line {line}: HTML; put code in backticks."
            elif part.type == "image":
                yield f"line {line}: an image."
            elif part.type == "link_open" and not re.match(r"https://|/topics/|/sources/", part.attrs["href"]):
                yield f"line {line}: a link to {part.attrs['href']!r}; https:// or /topics/slug/ or /sources/key/."
            elif part.type == "text" and re.search(r"\*\*|__\w|`|\]\(|\[\[", part.content):
                yield f"line {line}: a mark that marks nothing: {part.content!r}"
    if markdown != markdown.strip():
        yield "the text does not begin and end where its words do."
    if re.search(r"[ \t]+$", markdown, re.MULTILINE):
        yield "there are blanks at the end of a line."


def about_words(text):
    for found in PATRONIZING.findall(text):
        yield f"“{found}” tells a learner who finds it hard that it should not be."


def about_outcomes(outcomes):
    if not 2 <= len(outcomes) <= 4:
        yield f"there are {len(outcomes)} outcomes, not two to four."
    for outcome in outcomes:
        if len(outcome) > 120 or outcome.endswith(".") or not outcome[:1].islower():
            yield f"outcome “{outcome}” does not go on after “You can”, in 120 characters, without a full stop."


def about_minutes(low, high):
    if not (5 <= low < high <= 480 and high <= 3 * low):
        yield f"{low} to {high} minutes is not an honest range for one sitting."


def about_lesson(body):
    count = len(words(prose(body)))
    if count not in WORDS:
        yield f"the text has {count} words, not {WORDS.start} to {WORDS.stop - 1}."
    if MISTAKE not in body:
        yield f"no paragraph begins “{MISTAKE}”."


OTHER_SPELLINGS = re.compile(
    r"\b([Ee]-mails?|[Aa]fterwards|NGINX|Nginx(?! Full))\b"
)  # “Nginx Full” is a name in a firewall


def misspelled(text):
    """What codespell finds, American spelling wanted, and what has one spelling here and had another."""
    command = [
        sys.executable,
        "-m",
        "codespell_lib",
        "--builtin",
        "clear,rare,en-GB_to_en-US",
        "--stdin-single-line",
        "-",
    ]
    found = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return [line for line in found.stdout.splitlines() if "==>" in line] + OTHER_SPELLINGS.findall(text)
