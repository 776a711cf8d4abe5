"""What `xrandr --query`, `--prop` or `--verbose` prints on a display PC, line by line.

Where each output lies on the X screen, how it is turned, and what the display told of itself. What
wall that makes is `wall.importing.xscreen`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wall.errors import ImportRefused
from wall.geometry.plane import Rect
from wall.importing.edid import Edid, parse_edid
from wall.importing.values import LARGEST_SIDE_PX, few

SCREEN = re.compile(r"^Screen \d+: minimum ", re.MULTILINE)
MONITORS = re.compile(r"\AMonitors: \d")
OUTPUT = re.compile(
    r"^(?P<name>\S{1,64}) (?P<state>connected|disconnected|unknown connection)(?P<rest>.*)$"
)
REST = re.compile(
    r"^(?: primary)?"
    r"(?: (?P<width>\d{1,6})x(?P<height>\d{1,6})\+(?P<x>-?\d{1,6})\+(?P<y>-?\d{1,6}))?"
    r"(?: \(0x[0-9a-fA-F]+\))?"
    r"(?: (?P<turned>normal|left|inverted|right))?"
    r"(?: (?P<mirrored>X axis|Y axis|X and Y axis))?"
    r"(?: \([a-zA-Z ]*\))?"
    r"(?: (?P<width_mm>\d{1,6})mm x (?P<height_mm>\d{1,6})mm)?"
    r"(?P<panning> (?:panning|tracking|border) .*)?\s*$"
)
MODE = re.compile(r"^\s+(?P<width>\d{1,6})x(?P<height>\d{1,6})\S*\s.*\*")
EDID = re.compile(r"^\s+EDID(?:_DATA)?:")
HEX = re.compile(r"^\s+([0-9a-fA-F]{32})\s*$")
# The picture is turned against the panel: one that is turned left hangs turned to the right.
ROTATION = {None: 0, "normal": 0, "left": 90, "inverted": 180, "right": 270}


@dataclass(slots=True)
class Lit:
    """An output that shows a part of the X screen."""

    name: str
    rect: Rect
    rotation: int
    width_mm: int
    height_mm: int
    mode_px: tuple[int, int] | None = None
    edid_hex: list[str] = field(default_factory=list)
    edid: Edid | None = None

    @property
    def made_px(self) -> tuple[int, int]:
        """Width and height before turning."""
        size = (self.rect.width, self.rect.height)
        return (size[1], size[0]) if self.rotation in (90, 270) else size


def is_xrandr(text: str) -> bool:
    """Tell what xrandr prints from other text."""
    return SCREEN.search(text[:4096]) is not None


def lit_outputs(text: str) -> tuple[list[Lit], list[str]]:
    """Return what is lit on the one X screen of `text`, and what is odd; raises ImportRefused."""
    if len(SCREEN.findall(text)) > 1:
        raise ImportRefused("describes several X screens, expected one: import each by itself")
    lit: list[Lit] = []
    notes: list[str] = []
    current: Lit | None = None
    is_edid = False  # other properties are written in the same digits
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1].strip():
            current, is_edid = None, False
            output = OUTPUT.match(line)
            if output is not None:
                current = _output(output, number, notes)
                if current is not None:
                    lit.append(current)
        elif current is not None:
            digits = HEX.match(line)
            if digits is None:
                is_edid = EDID.match(line) is not None
            elif is_edid:
                current.edid_hex.append(digits[1])
            if (mode := MODE.match(line)) is not None:
                current.mode_px = (int(mode["width"]), int(mode["height"]))
    few(lit, "the list of outputs")
    if not lit:
        raise ImportRefused("; ".join(["no output is lit, expected at least one", *notes[:8]]))
    for each in lit:
        if each.edid_hex:
            try:
                each.edid = parse_edid(bytes.fromhex("".join(each.edid_hex)))
            except ImportRefused as problem:
                notes.append(f"{each.name}: its EDID was left aside, it {problem}")
    return lit, notes


def _output(output: re.Match[str], number: int, notes: list[str]) -> Lit | None:
    name, found = output["name"], REST.match(output["rest"])
    if found is None:
        raise ImportRefused(f"line {number} is not as xrandr writes an output: {name!r}")
    is_there = output["state"] != "disconnected"
    if found["width"] is None:
        if is_there:
            notes.append(f"{name} is connected but not lit: it is left out")
        return None
    if not is_there:
        notes.append(
            f"{name} is lit, but no display answers there: it is left out; if one hangs there, "
            "switch it on and ask xrandr again"
        )
        return None
    width, height = int(found["width"]), int(found["height"])
    if not (1 <= width <= LARGEST_SIDE_PX and 1 <= height <= LARGEST_SIDE_PX):
        raise ImportRefused(
            f"line {number}: {name} is {width} x {height} pixels, "
            f"expected 1 to {LARGEST_SIDE_PX} a side"
        )
    if found["panning"]:
        notes.append(f"{name} moves over a larger picture (panning); here it stands still")
    if found["mirrored"]:
        notes.append(f"{name} shows its picture mirrored; here it is not")
    return Lit(
        name,
        Rect(int(found["x"]), int(found["y"]), width, height),
        ROTATION[found["turned"]],
        int(found["width_mm"] or 0),
        int(found["height_mm"] or 0),
    )
