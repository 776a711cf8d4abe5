"""Reading component trees in tests: what is written where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layouts.tiles.tree import plain


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Walk all components of a tree, outermost first."""
    node = plain(tree)
    if isinstance(node, list):
        for each in node:
            yield from nodes(each)
    elif isinstance(node, dict) and "props" in node:
        yield node
        yield from nodes(node["props"].get("children"))


def words(tree: Any) -> str:
    """Return all text of a tree, blanks between pieces."""
    node = plain(tree)
    if isinstance(node, str):
        return node
    if isinstance(node, (int, float)):
        return str(node)
    if isinstance(node, list):
        return " ".join(filter(None, map(words, node)))
    if isinstance(node, dict) and "props" in node:
        return words(node["props"].get("children"))
    return ""


def having(tree: Any, class_name: str) -> list[dict[str, Any]]:
    """Return the components that have a class."""
    return [
        node
        for node in nodes(tree)
        if class_name in str(node["props"].get("className", "")).split()
    ]
