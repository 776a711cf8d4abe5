"""Before a link: who may open one from which page, and plain HTTP on the same port."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class OriginRule:
    """Which pages may open a link: those of our own web port, and those that are named."""

    web_port: int
    named: frozenset[str]

    def allows(self, origin: str, host: str) -> bool:
        """Tell whether a page of `origin` may open a link to `host` (the Host header)."""
        if _normal(origin) in {_normal(each) for each in self.named}:
            return True
        page, asked = _split(origin), _split(f"http://{host}")
        return (
            page is not None
            and asked is not None
            and page[1] == asked[1]
            and page[2] == self.web_port
        )


def offered(header_values: list[str]) -> list[str]:
    """Return the subprotocols a client offers."""
    return [part.strip() for line in header_values for part in line.split(",") if part.strip()]


def _split(origin: str) -> tuple[str, str, int] | None:
    """Return scheme, host name and port of an origin; None when it is none (such as `null`)."""
    try:
        parts = urlsplit(origin)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    return parts.scheme, parts.hostname.lower(), port


def _normal(origin: str) -> tuple[str, str, int] | str:
    return _split(origin) or origin
