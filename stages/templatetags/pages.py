"""The tag that marks what belongs to the reader of a page; see stages/pages.py."""

from typing import Any

from django import template
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.safestring import SafeString

from stages.pages import Holes

register = template.Library()

MAX_KEPT = 64  # texts of one place; a page has few, but the address of a request can be anything


@register.tag
def per_reader(parser: Parser, token: Token) -> "PerReaderNode":
    """What belongs to the reader of a page.

    ``{% per_reader %}…{% endper_reader %}`` sees all of the request and is rendered for each. With arguments, as in
    ``{% per_reader staff=user.is_staff %}``, it sees of the reader nothing but these values, and is rendered once for
    each of them.
    """
    _, *bits = token.split_contents()
    arguments = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError(f"per_reader takes name=value only, not {' '.join(bits)}")
    nodelist = parser.parse(("endper_reader",))
    parser.delete_first_token()
    return PerReaderNode(nodelist, arguments)


class PerReaderNode(Node):
    def __init__(self, nodelist: NodeList, arguments: dict[str, FilterExpression]) -> None:
        self.nodelist, self.arguments = nodelist, arguments

    def render(self, context: Context) -> SafeString:
        holes: Holes | None = context.get("holes")
        if holes:
            return holes.add(Block(self, context))
        with context.push(**{name: expression.resolve(context) for name, expression in self.arguments.items()}):
            return self.nodelist.render(context)


class Block:
    """A block in one place of a page, with the variables around it there, such as those of a loop."""

    def __init__(self, node: PerReaderNode, context: Context) -> None:
        self.node = node
        self.variables = context.flatten()
        del self.variables["holes"]
        self.kept: dict[tuple[Any, ...], SafeString] = {}

    def __call__(self, context: Context) -> SafeString:
        nodelist, arguments = self.node.nodelist, self.node.arguments
        with context.push(self.variables):
            if not arguments:
                return nodelist.render(context)
            values = tuple([expression.resolve(context) for expression in arguments.values()])
        text = self.kept.get(values)
        if text is None:
            if len(self.kept) >= MAX_KEPT:
                self.kept.clear()
            alone = Context({**self.variables, **dict(zip(arguments, values, strict=True))})
            alone.template = context.template
            text = self.kept[values] = nodelist.render(alone)
        return text
