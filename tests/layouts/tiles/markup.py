"""HTML of component trees that no browser framework need draw: words, shapes and boxes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Any

from layouts.tiles.tree import plain

NAMES = {"className": "class", "dateTime": "datetime"}
NO_UNIT = re.compile(r"--|opacity|flex|order|weight|line-height|z-index")


def drawings(tree: Any) -> Counter[str]:
    """Count what only its own component draws, by its type: `Graph`, `MapContainer` …."""
    node = plain(tree)
    if isinstance(node, list):
        return sum(map(drawings, node), Counter())
    if not isinstance(node, Mapping) or "props" not in node:
        return Counter()
    if node["namespace"] != "dash_html_components":
        return Counter([node["type"]])
    return drawings(node["props"].get("children"))


def markup(tree: Any) -> str:
    """Return the HTML of a tree of HTML components."""
    node = plain(tree)
    if node is None:
        return ""
    if isinstance(node, list):
        return "".join(map(markup, node))
    if not isinstance(node, Mapping):
        return escape(str(node))
    name = node["type"].lower()
    props = {key: each for key, each in node["props"].items() if key != "children"}
    opened = f"<{name}{''.join(_attribute(key, each) for key, each in props.items())}>"
    if name == "br":
        return opened
    return f"{opened}{markup(node['props'].get('children'))}</{name}>"


def _attribute(key: str, found: Any) -> str:
    if found is None or found is False:
        return ""
    if key == "style":
        found = ";".join(f"{_dashed(name)}:{_length(name, each)}" for name, each in found.items())
    return f' {NAMES.get(key, key)}="{escape(str(found), quote=True)}"'


def _dashed(name: str) -> str:
    return name if name.startswith("--") else re.sub(r"[A-Z]", lambda m: "-" + m[0].lower(), name)


def _length(name: str, found: Any) -> str:
    is_bare = isinstance(found, (int, float)) and not NO_UNIT.search(_dashed(name))
    return f"{found}px" if is_bare else str(found)
