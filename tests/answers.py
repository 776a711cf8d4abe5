"""Whole answers of a WSGI application, for the tests' own web servers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def whole(app: Any) -> Any:
    """Return `app` with each answer read and its file closed before a byte of it is sent.

    Werkzeug's server leaves a file open when the browser goes away while it is sent.
    """

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        body = app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer
