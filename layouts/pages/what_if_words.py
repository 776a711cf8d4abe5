"""Words of the pages of what-ifs: their own catalogue."""

from __future__ import annotations

from language import text
from layouts.pages.shell import Setting


def tell(key: str, setting: Setting, **values: object) -> str:
    """Return words of the catalogue `what_if`."""
    return text(f"what_if.{key}", setting.language, **values)
