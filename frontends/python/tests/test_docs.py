"""What ``help()`` and a notebook show is what the type stubs say."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from callfold import _native

STUB = Path(_native.__file__).with_name("_native.pyi")


def documented(body: list[ast.stmt], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the stub describes: the path from the module, and the text."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield (*path, node.name), text
            if isinstance(node, ast.ClassDef):
                yield from documented(node.body, (*path, node.name))


def test_the_extension_and_its_stub_say_the_same() -> None:
    texts = dict(documented(ast.parse(STUB.read_text(encoding="utf-8")).body))
    assert len(texts) > 80
    for path, text in texts.items():
        member: object = _native
        for name in path:
            member = getattr(member, name)
        assert inspect.getdoc(member) == text, ".".join(path)
