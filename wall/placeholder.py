"""What stands where a tile has no content to show: the reason in words, never an empty box."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from wall.classification import PUBLIC
from wall.protocol import encode_to_keep
from wall.renders import Content

UNMARKED = {
    "vi": "Diễn tập: màn hình này chưa biết đánh dấu",
    "en": "Exercise: this display does not know how to mark it",
}
ABOVE = {
    "vi": "Cao hơn mức được xem của tài khoản này",
    "en": "Above what this account may see",
}
NEVER_STALE_MS = 365 * 24 * 3600 * 1000.0


def waiting(render_id: str, *, text: Mapping[str, str], language: str, now_ms: float) -> Content:
    """Say that content is being waited for; any version of a render replaces it."""
    return _content(render_id, 0, "tile-waiting", text[language], now_ms)


def withheld(content: Content, *, text: Mapping[str, str], language: str) -> Content:
    """Say that this content is above the wall's ceiling, in its place and at its version."""
    return _content(
        content.render_id, content.version, "tile-withheld", text[language], content.as_of_at_ms
    )


def above(content: Content, *, language: str) -> Content:
    """Say that this content is above the ceiling of the person who watches, in its place."""
    return _content(
        content.render_id, content.version, "tile-withheld", ABOVE[language], content.as_of_at_ms
    )


def unmarked(content: Content, *, language: str) -> Content:
    """Say that this is of an exercise, in its place, to who could not mark it as that."""
    return _content(
        content.render_id,
        content.version,
        "tile-withheld",
        UNMARKED[language],
        content.as_of_at_ms,
    )


def _content(render_id: str, version: int, look: str, text: str, at_ms: float) -> Content:
    tree = {
        "namespace": "dash_html_components",
        "type": "Section",
        "props": {
            "className": f"tile {look} status-normal",
            "children": {
                "namespace": "dash_html_components",
                "type": "P",
                "props": {"className": "tile-reason", "children": text},
            },
        },
    }
    body = encode_to_keep(tree)
    return Content(
        render_id=render_id,
        version=version,
        content_hash=blake2b(body, digest_size=12).hexdigest(),
        as_of_at_ms=at_ms,
        stale_after_ms=NEVER_STALE_MS,
        classification=PUBLIC,
        body=body,
    )
