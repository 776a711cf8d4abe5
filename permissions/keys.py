"""Keys of their own for each purpose, derived from the installation's one secret."""

from __future__ import annotations

import hashlib
import hmac

from settings import Settings


def key_for(settings: Settings, purpose: str) -> bytes:
    """Return the key for `purpose`; another purpose's tells nothing about it."""
    return hmac.new(settings.secret().encode(), f"ioc {purpose}".encode(), hashlib.sha256).digest()
