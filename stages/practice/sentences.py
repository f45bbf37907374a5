"""What checks ask for, read from their text without running it."""

import ast

from stages.practice.files import Files


def sentences(checks: Files) -> list[str]:
    """What each test asks for, in their order: the first line of its docstring, or else its name in words.

    Raises ValueError that says what cannot be read, or that there is no test.
    """
    found = [
        sentence(method)
        for path, text in checks.items()
        for case in parse(path, text).body
        if isinstance(case, ast.ClassDef)
        for method in case.body
        if isinstance(method, ast.FunctionDef) and method.name.startswith("test")
    ]
    if not found:
        raise ValueError("there is no test: a class with methods whose names begin with “test”.")
    return found


def parse(path: str, text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"“{path}” cannot be read: {error.msg}, on its line {error.lineno}.") from error


def sentence(test: ast.FunctionDef) -> str:
    named = test.name.removeprefix("test_").replace("_", " ").capitalize()
    return (ast.get_docstring(test) or named).split("\n")[0]
