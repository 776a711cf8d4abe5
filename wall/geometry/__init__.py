"""A wall as pixels: panels, bezels, canvas, outputs, and the unit of type seen from the room.

`plane` has rectangles and axes, `surface` the wall made of them, `tables` what a wall file may
say, `assembly` makes the one from the other, `folder` reads files. Not for what is shown on a
wall: scenes are in `wall.scene`, cells of a scene's grid in `wall.grid`. Not for other products'
files: `wall.importing` turns them into ours.
"""

from wall.geometry.folder import load_wall, load_walls, read_walls
from wall.geometry.plane import Axis, Rect
from wall.geometry.surface import Night, Output, Panel, Trim, Wall, unit_px
from wall.geometry.tables import LARGEST_TRIM_PX, CellTable

__all__ = [
    "LARGEST_TRIM_PX",
    "Axis",
    "CellTable",
    "Night",
    "Output",
    "Panel",
    "Rect",
    "Trim",
    "Wall",
    "load_wall",
    "load_walls",
    "read_walls",
    "unit_px",
]
