"""Checks a block of code without running it: each language by a parser of its own."""

import ast
import configparser
import json
import re
import shlex
import sqlite3
import subprocess
import sysconfig
import tempfile
import tomllib
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import crossplane
import tinycss2
import tree_sitter_javascript
import yaml
from django.core.management import CommandError, get_commands, load_command_class
from tree_sitter import Language, Parser

JAVASCRIPT = Parser(Language(tree_sitter_javascript.language()))
HADOLINT = Path(sysconfig.get_path("scripts"), "hadolint")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def check_python(text):
    compile(text, "example", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def check_shell(text):
    """The lines that a reader types: those after a prompt, or all where there is no prompt."""
    typed = commands(text)
    found = subprocess.run(["bash", "-n"], input="\n".join(typed), capture_output=True, text=True, check=False)
    if found.returncode:
        raise ValueError(found.stderr)
    for line in typed:
        check_management_command(line)


def commands(text):
    lines = text.replace("\\\n", " ").splitlines()
    prompted = [line[2:] for line in lines if line.startswith("$ ")]
    return prompted or lines


def check_management_command(line):
    """``manage.py`` with a command of Django's own must use options that it has."""
    line = line.split(" | ")[0].split(" && ")[0].split(" > ")[0].split(" < ")[0].split("#")[0]
    words = shlex.split(line, comments=True)
    for tool in ("manage.py", "django-admin"):
        place = next((place for place, word in enumerate(words) if word == tool), None)
        if place is not None and words[place + 1 :]:
            name, *arguments = words[place + 1 :]
            app = get_commands().get(name)
            if isinstance(app, str) and app.startswith("django.c"):
                parser = load_command_class(app, name).create_parser(tool, name)
                parser.called_from_command_line = False
                try:
                    parser.parse_args(arguments)
                except (CommandError, SystemExit) as error:
                    raise ValueError(f"{line}: {error}") from error


def check_javascript(text):
    def errors(node):
        if node.type == "ERROR" or node.is_missing:
            yield node.start_point.row + 1
        for child in node.children:
            yield from errors(child)

    if found := list(errors(JAVASCRIPT.parse(text.encode()).root_node)):
        raise ValueError(f"JavaScript that does not parse, line {found[0]}")


def check_css(text):
    def errors(nodes):
        for node in nodes:
            if node.type == "error":
                yield node
            content = getattr(node, "content", None)
            if content is not None and node.type in ("qualified-rule", "at-rule"):
                yield from errors(tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True))

    for error in errors(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)):
        raise ValueError(f"CSS, line {error.source_line}: {error.message}")


class Balance(HTMLParser):
    """Raises ValueError where a tag is closed that is not open; what stays open is in ``open``."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag in VOID or not self.open or self.open.pop() != tag:
            raise ValueError(f"HTML, line {self.getpos()[0]}: </{tag}> closes nothing")


def check_html(text):
    balance = Balance()
    balance.feed(text)
    balance.close()
    if balance.open:
        raise ValueError(f"HTML: {balance.open} stay open")


def check_sql(text):
    """Statement by statement in an empty database; what SQLite does not have is marked ``norun``."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(text)


def check_nginx(text):
    # A server, or lines of one, is what a lesson shows; the parser wants the whole.
    if not re.search(r"^\s*http\s*{", text, re.MULTILINE):
        inner = text if re.search(r"^\s*(server|upstream|map)\b", text, re.MULTILINE) else f"server {{\n{text}\n}}"
        text = f"events {{}}\nhttp {{\n{inner}\n}}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "nginx.conf")
        path.write_text(text)
        found = crossplane.parse(str(path), single=True)
    if found["errors"]:
        raise ValueError(found["errors"][0]["error"])


def check_dockerfile(text):
    found = subprocess.run(
        [HADOLINT, "--no-fail", "--format", "json", "-"], input=text, capture_output=True, text=True, check=False
    )
    broken = [finding for finding in json.loads(found.stdout or "[]") if finding["level"] == "error"]
    if found.returncode or broken:
        raise ValueError(str(broken or found.stderr))


def check_ini(text):
    configparser.ConfigParser(strict=False, allow_no_value=True, interpolation=None).read_string(text)


def check_dotenv(text):
    for line in text.splitlines():
        if line and not line.startswith("#") and not re.fullmatch(r"[A-Z_][A-Z0-9_]*=\S.*|[A-Z_][A-Z0-9_]*=", line):
            raise ValueError(f"not NAME=value: {line}")


def check_http(text):
    first = text.splitlines()[0]
    if not re.fullmatch(r"[A-Z]+ \S+( HTTP/[\d.]+)?|HTTP/[\d.]+ \d{3}.*", first):
        raise ValueError(f"neither a request nor a response: {first}")
    for line in text.partition("\n\n")[0].splitlines()[1:]:
        if not re.fullmatch(r"[A-Za-z-]+: .+", line):
            raise ValueError(f"not a header: {line}")


PARSERS = {
    "python": check_python,
    "console": check_shell,
    "bash": check_shell,
    "javascript": check_javascript,
    "jsx": check_javascript,
    "css": check_css,
    "html": check_html,
    "sql": check_sql,
    "toml": tomllib.loads,
    "yaml": lambda text: list(yaml.safe_load_all(text)),
    "json": json.loads,
    "ini": check_ini,
    "nginx": check_nginx,
    "docker": check_dockerfile,
    "dotenv": check_dotenv,
    "http": check_http,
    "html+django": lambda text: None,  # compiled and rendered in the scratch project
    "text": lambda text: None,
    "output": lambda text: None,  # compared with what the block before it printed
}
