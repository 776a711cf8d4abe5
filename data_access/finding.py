"""Names of findings: aggregates that are made by work beside the feed, not by the feed itself."""

from __future__ import annotations

import re

PREFIXES = ("twin.", "forecast.", "detection.", "voices.", "brief.")
OF_ONE_RUN = "twin.run."  # large, gone with its run, and of no use to rules
_LONGEST = 128
_NAME = re.compile(r"[a-z]+(\.[a-zA-Z0-9_-]+)+")


def is_finding(name: str) -> bool:
    """Tell whether an aggregate of this name is a finding."""
    is_named = len(name) <= _LONGEST and _NAME.fullmatch(name) is not None
    return is_named and name.startswith(PREFIXES)
