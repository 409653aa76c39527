"""The examples of the README."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
README = Path(__file__).parents[1] / "README.md"


def test_what_the_readme_shows_is_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(README), module_relative=False)
    assert (found.failed, found.attempted > 5) == (0, True)


def test_the_bot_of_the_readme_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    named: dict[str, object] = {}
    exec(blocks[0], named)  # noqa: S102
    assert named["webhook"](b'{"value":[]}', {}) == 202  # type: ignore[operator]


def test_the_test_of_the_readme_is_that_of_the_examples() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    example = (README.parent / "examples" / "test_ivr.py").read_text()
    assert all(line.strip() in example for line in blocks[1].splitlines())
