"""Walls from what installers already have: other products' configurations, xrandr, EDID.

`recognition` tells from the content what a file is, one module a format reads it into a `draft`,
`writing` makes the draft our TOML and says in it what could not be known. Not for our own files:
those are `wall.geometry`'s.
"""

from wall.importing.command import ImportOrder, import_file
from wall.importing.recognition import draft_of

__all__ = ["ImportOrder", "draft_of", "import_file"]
