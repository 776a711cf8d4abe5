"""A per cent sign stands close to its figure, in all words as `language.number` writes it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from language import LANGUAGES, number

ROOT = Path(__file__).resolve().parents[2]
CODE = ("analytics", "callbacks", "data_access", "jobs", "layouts", "operations", "twin")
APART = re.compile(r"[0-9}][ \u00a0]%(?![A-Za-z_({])")
DEFINING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def told(code: str) -> Iterator[str]:
    """Yield the literals of a module that are no docstrings, placeholders as `{}`."""
    tree = ast.parse(code)
    nodes = list(ast.walk(tree))
    left_out = {
        id(node.body[0].value)
        for node in nodes
        if isinstance(node, DEFINING) and node.body and isinstance(node.body[0], ast.Expr)
    } | {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = [p.value if isinstance(p, ast.Constant) else "{}" for p in node.values]
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and id(node) not in left_out:
            yield str(node.value)


@pytest.mark.parametrize(
    ("code", "words"), [('f"{a} %"', "{} %"), ("a = '95 %: x'", "95 %: x"), ('"""1 %."""', None)]
)
def test_a_sign_apart_is_found(code: str, words: str | None) -> None:
    assert [each for each in told(code) if APART.search(each)] == ([words] if words else [])


def test_no_words_in_the_code_have_the_sign_apart() -> None:
    sources = (
        (path, path.read_text("utf-8")) for top in CODE for path in ROOT.glob(f"{top}/**/*.py")
    )
    found = {
        f"{path.relative_to(ROOT)}: {each}"
        for path, code in sources
        if APART.search(code)  # most modules need no parsing
        for each in told(code)
        if APART.search(each)
    }
    assert found == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_of_the_catalogues_have_the_sign_apart(language: str) -> None:
    lines = [
        f"{path.name}: {line}"
        for path in ROOT.glob(f"language/{language}/*.po")
        for line in path.read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert len(lines) > 1000
    assert [each for each in lines if APART.search(each)] == []
    assert number(87, "%", language=language) == "87%"
