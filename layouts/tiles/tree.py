"""Component trees as plain JSON: `{"namespace", "type", "props"}`, as they travel to players."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component


def plain(node: Any) -> Any:
    """Return `node` with every component below it as a plain dict."""
    if isinstance(node, Component):
        body: dict[str, Any] = node.to_plotly_json()  # type: ignore[no-untyped-call]
        return {
            "namespace": body["namespace"],
            "type": body["type"],
            "props": {name: plain(prop) for name, prop in body["props"].items()},
        }
    if isinstance(node, (list, tuple)):
        return [plain(each) for each in node]
    if isinstance(node, dict):
        return {name: plain(each) for name, each in node.items()}
    return node
