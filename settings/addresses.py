"""Addresses that settings name, as they must be written."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr


def is_origin(text: str, *, schemes: tuple[str, ...]) -> bool:
    """Tell whether this is an origin: scheme and host, nothing behind them."""
    parts = urlsplit(text)
    return parts.scheme in schemes and bool(parts.netloc) and parts.path in ("", "/")


def all_links(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Return addresses of controllers' links; raises ValueError for what is none."""
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.netloc or parts.path != "/ws":
            raise ValueError(f"{url!r} is no address such as ws://standby.example.org:8051/ws")
    return urls


def with_scheme(url: SecretStr | None, *schemes: str) -> SecretStr | None:
    """Return a URL of one of these schemes; raises ValueError for any other."""
    if url is not None and urlsplit(url.get_secret_value()).scheme not in schemes:
        raise ValueError(f"must begin with {' or '.join(f'{each}://' for each in schemes)}")
    return url
