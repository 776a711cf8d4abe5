"""The city without what switches its walls by itself: the same at every hour of the day."""

from __future__ import annotations

import shutil
from pathlib import Path

CITY = Path(__file__).parents[1] / "city"
AUTOMATIC = ("playlists", "schedules", "rules")


def copy_still_city(folder: Path) -> Path:
    """Copy the city folder, without playlists, schedules and rules, to `folder`."""
    return Path(shutil.copytree(CITY, folder, ignore=shutil.ignore_patterns(*AUTOMATIC)))
