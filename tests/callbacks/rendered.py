"""What is rendered in these tests, and what of it can be read."""

from __future__ import annotations

from typing import Any

from data_access.envelope import Envelope

AIR, RAIN, PRICES = "environment.air", "environment.rain", "economy.prices"


def words(content: Any) -> str:
    """Return all text of a tree."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, str):
            found.append(node)
        elif isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict) and "props" in node:
            walk(node["props"].get("children"))

    walk(content)
    return " ".join(found)


def other_figure(envelope: Envelope, number: str, figure: float) -> Any:
    """Return the payload of `envelope` with another figure."""
    numbers = envelope.payload["numbers"]
    return {
        **envelope.payload,
        "numbers": {**numbers, number: {**numbers[number], "value": figure}},
    }
