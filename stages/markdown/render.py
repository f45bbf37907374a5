"""Markdown to HTML that is safe whoever wrote it, with its code highlighted."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from itertools import groupby

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, _TokenType

from stages.markdown.code_blocks import block_of
from stages.markdown.code_fences import parse_info_string
from stages.markdown.lesson_project import places_of, titles_of

# Nothing else may stand in a text, whatever comes out of the steps before.
TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "em", "strong", "s", "a"),
    *("table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "pre", "code", "span"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "figure": {"class"},
    "ol": {"start"},
    "p": {"class"},
    "pre": {"tabindex", "role", "aria-label"},
    "span": {"class"},
}
# A paragraph that begins with these words stands out from the others.
MARKED = {"The usual mistake:": "mistake", "When not to use it:": "limits"}
# Whoever may write a text may write any, so each has its limits; what is beyond them is shown as it was written. All
# lexers of Pygments would be hundreds, of which some take the square of a text's length, or worse.
LANGUAGES = {
    *("python", "html+django", "html", "css", "javascript", "jsx", "json", "yaml", "toml", "ini", "sql"),
    *("console", "bash", "shell", "docker", "nginx", "http", "diff", "markdown"),
}
MAX_BLOCK, MAX_CODE = 3_000, 9_000  # letters of one block, and of all in a text, that are highlighted
MAX_CELLS = 3_000  # of a table, counted as if it took the rest of the text
MAX_GROWTH = 10  # how many times as long as its text HTML may be
SHORT = 1_000  # letters of a text that may grow as it likes


@lru_cache(maxsize=16)
def render(text: str) -> str:
    """The HTML of a Markdown text, in half a second at most for 20,000 letters, whatever they are.

    Its code is labelled with where it belongs in the project of a lesson. The last few are remembered, so that a text
    can be rendered before a transaction and saved inside of it.
    """
    return to_html(text, by_reader=False)


@lru_cache(maxsize=16)
def render_by_reader(text: str) -> str:
    """The same of what a reader wrote: there is no project, so a block has the title that it was given."""
    return to_html(text, by_reader=True)


def to_html(text: str, by_reader: bool) -> str:
    html = PARSER.render(text, {"by_reader": by_reader})
    if len(html) > MAX_GROWTH * max(len(text), SHORT):
        html = f"<pre><code>{escape(text, quote=False)}</code></pre>"
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"})


def mark_paragraphs(state: StateCore) -> None:
    """Give the paragraphs that warn a class of their own."""
    for paragraph, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if paragraph.type == "paragraph_open":
            text, strong, lead = [*(inline.children or ()), None, None, None][:3]
            if (
                text
                and strong
                and lead
                and not text.content
                and strong.type == "strong_open"
                and lead.content in MARKED
            ):
                paragraph.attrs["class"] = MARKED[lead.content]


# What a reader's eye tells apart in code; everything else has no class, which keeps pages small.
CLASSES = {
    Comment: "comment",
    Comment.Preproc: "keyword",  # {% %} and {{ }}
    Keyword: "keyword",
    Operator.Word: "keyword",
    Name.Tag: "keyword",
    Name.Class: "name",
    Name.Function: "name",
    Name.Decorator: "name",
    Name.Attribute: "name",
    String: "string",
    Number: "number",
    Generic.Prompt: "prompt",
    Generic.Output: "comment",
}


def class_of(token: _TokenType | None) -> str:
    while token and token not in CLASSES:
        token = token.parent
    return CLASSES[token] if token else ""


def highlight(code: str, language: str) -> str:
    """Code as HTML, a span around what has a color."""
    pieces = []
    for name, tokens in groupby(lexer_for(language).get_tokens(code), key=lambda token: class_of(token[0])):
        text = escape("".join(value for _, value in tokens), quote=False)
        pieces.append(f'<span class="{name}">{text}</span>' if name and text.strip() else text)
    return "".join(pieces).rstrip()


@lru_cache(maxsize=64)
def lexer_for(language: str) -> Lexer:
    """What splits code into tokens. It is looked for in a long list, and has no state of its own."""
    return get_lexer_by_name(language if language in LANGUAGES else "text")


def find_places(state: StateCore) -> None:
    """Write down for each block of code where it belongs."""
    fences = [token for token in state.tokens if token.type == "fence"]
    blocks = [block_of(token) for token in fences]
    places = titles_of(blocks) if state.env["by_reader"] else places_of(blocks)
    for token, (place, note) in zip(fences, places, strict=True):
        token.meta |= {"place": place, "note": note}


def render_fence(self: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    """A block of code, with where it belongs."""
    token = tokens[place]
    language, _ = parse_info_string(token.info)
    env["code"] = env.get("code", 0) + len(token.content)
    if len(token.content) > MAX_BLOCK or env["code"] > MAX_CODE:
        language = language if language == "output" else "text"
    return code_figure(token.content, language, token.meta["place"], token.meta["note"])


def code_figure(code: str, language: str, place: str, note: str = "") -> str:
    """Code as HTML: highlighted, with where it belongs, and reached by keyboard when it is too wide."""
    label = ", ".join(escape(words) for words in (place, note) if words)
    caption = f"<figcaption>{label}</figcaption>" if label else ""
    return (
        f'<figure class="{"output" if language == "output" else "code"}">{caption}'
        f'<pre tabindex="0" role="group" aria-label="{label or "Code"}">'
        f"<code>{highlight(code, language)}</code></pre></figure>\n"
    )


def limited_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, unless it can have so many cells that making them takes long."""
    columns = state.src.count("|", state.bMarks[start], state.eMarks[start]) + 1
    return columns * (end - start) <= MAX_CELLS and table(state, start, end, silent)


PARSER = MarkdownIt("commonmark", {"html": False, "typographer": True})
PARSER.enable(["table", "strikethrough", "smartquotes"])
PARSER.block.ruler.at("table", limited_table, {"alt": ["paragraph", "reference"]})
PARSER.core.ruler.push("mark_paragraphs", mark_paragraphs)
PARSER.core.ruler.push("find_places", find_places)
PARSER.add_render_rule("fence", render_fence)
