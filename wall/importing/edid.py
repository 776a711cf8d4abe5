"""EDID: what a display tells of itself over the cable (VESA E-EDID 1.4, DisplayID 1.3 and 2.0).

Reads what geometry needs: sizes, names, detailed timings, and the tile topology of a panel with
several inputs. No kept library reads that: pyedid stops after the first 128 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from wall.errors import ImportRefused

HEADER = bytes.fromhex("00ffffffffffff00")
BLOCK = 128
CTA, DISPLAY_ID = 0x02, 0x70
TILE_TOPOLOGY = (0x12, 0x28)  # tags in DisplayID 1.3 and 2.0
TIMING_I = (0x03, 0x22)  # the same layout in both
EEODB = bytes([0xE2, 0x78])  # of a CTA block: extended tag, two bytes; extension override
TIMING_I_BYTES, TILE_BYTES = 20, 22


@dataclass(frozen=True, slots=True)
class Timing:
    """A picture that the display can show; 0 mm is not said."""

    width_px: int
    height_px: int
    width_mm: int = 0
    height_mm: int = 0


@dataclass(frozen=True, slots=True)
class Tile:
    """One of several inputs that together light a panel."""

    columns: int
    rows: int
    column: int
    row: int
    width_px: int
    height_px: int
    is_one_enclosure: bool
    topology: bytes  # vendor, product and serial: equal for all tiles of a panel


@dataclass(frozen=True, slots=True)
class Edid:
    """What a display tells of itself."""

    maker: str
    name: str | None
    width_cm: int  # 0: not said
    height_cm: int
    prefers_first: bool
    timings: tuple[Timing, ...]
    tile: Tile | None

    @property
    def picture(self) -> Timing:
        """The picture it wants: the preferred one, else the largest."""
        if self.prefers_first:
            return self.timings[0]
        return max(self.timings, key=lambda each: each.width_px * each.height_px)


def parse_edid(data: bytes) -> Edid:
    """Read an EDID with all its extension blocks; raises ImportRefused."""
    if not data.startswith(HEADER):
        raise ImportRefused("does not begin as an EDID does (00 ff ff ff ff ff ff 00)")
    if len(data) < BLOCK:
        raise ImportRefused(f"is cut off: an EDID has at least {BLOCK} bytes, this {len(data)}")
    expected = BLOCK * (1 + _extensions(data))
    if len(data) != expected:
        raise ImportRefused(
            f"is not whole: the EDID announces {expected} bytes, the file has {len(data)}"
        )
    blocks = [data[start : start + BLOCK] for start in range(0, len(data), BLOCK)]
    for index, block in enumerate(blocks):
        if sum(block) % 256:
            raise ImportRefused(f"is damaged: the checksum of EDID block {index} is wrong")
    base = blocks[0]
    descriptors = [base[start : start + 18] for start in (54, 72, 90, 108)]
    timings = [_detailed(each) for each in descriptors]
    tile: Tile | None = None
    for block in blocks[1:]:
        if block[0] == CTA and block[2] >= 4:
            starts = range(block[2], BLOCK - 18, 18)
            timings += [_detailed(block[start : start + 18]) for start in starts]
        elif block[0] == DISPLAY_ID:
            found, tiled = _display_id(block)
            timings += found
            tile = tile or tiled
    known = tuple(each for each in timings if each is not None)
    if not known:
        raise ImportRefused("is an EDID without a detailed timing: it does not tell its pixels")
    return Edid(
        maker=_maker(base),
        name=_name(descriptors),
        width_cm=base[21] if base[22] else 0,  # one alone is an aspect ratio
        height_cm=base[22] if base[21] else 0,
        prefers_first=bool(base[24] & 0x02) and _detailed(descriptors[0]) is not None,
        timings=known,
        tile=tile,
    )


def _extensions(data: bytes) -> int:
    """Return how many blocks follow the first.

    A display with more than one may announce one, for players that read no more, and tell the
    number in the CTA block (HDMI 2.1, 10.3.6: HF-EEODB); who reads less has one.
    """
    announced = data[126]
    told = data[BLOCK + 4 : BLOCK + 7]
    is_more = announced == 1 and data[BLOCK : BLOCK + 1] == bytes([CTA]) and told[:2] == EEODB
    if is_more and len(data) > 2 * BLOCK:
        return max(told[2], 1)
    return announced


def _maker(base: bytes) -> str:
    packed = int.from_bytes(base[8:10], "big")
    letters = [(packed >> shift) & 0x1F for shift in (10, 5, 0)]
    return "".join(chr(ord("A") + each - 1) if 1 <= each <= 26 else "?" for each in letters)


def _name(descriptors: list[bytes]) -> str | None:
    for each in descriptors:
        if each[:3] == b"\0\0\0" and each[3] == 0xFC:
            text = each[5:].split(b"\n")[0].decode("cp437")
            return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or None
    return None


def _detailed(each: bytes) -> Timing | None:
    if each[:2] == b"\0\0":
        return None
    width_px = each[2] | (each[4] & 0xF0) << 4
    height_px = each[5] | (each[7] & 0xF0) << 4
    if each[17] & 0x80:  # interlaced: lines of one field
        height_px *= 2
    if not width_px or not height_px:
        return None
    return Timing(
        width_px, height_px, each[12] | (each[14] & 0xF0) << 4, each[13] | (each[14] & 0x0F) << 8
    )


def _display_id(block: bytes) -> tuple[list[Timing], Tile | None]:
    timings: list[Timing] = []
    tile: Tile | None = None
    position, end = 5, min(5 + block[2], BLOCK - 1)
    while position + 3 <= end:
        tag, length = block[position], block[position + 2]
        payload = block[position + 3 : min(position + 3 + length, end)]
        position += 3 + length
        if tag in TIMING_I:
            for start in range(0, len(payload) - TIMING_I_BYTES + 1, TIMING_I_BYTES):
                timings.append(Timing(_u16(payload, start + 4) + 1, _u16(payload, start + 12) + 1))
        elif tag in TILE_TOPOLOGY and len(payload) >= TILE_BYTES:
            tile = _tile(payload)
    return timings, tile


def _tile(payload: bytes) -> Tile:
    # Counts and places are six bits each: four in one byte, two in the byte that all share.
    count, place, high = payload[1:4]
    return Tile(
        columns=(count >> 4 | (high >> 2) & 0x30) + 1,
        rows=(count & 0x0F | high & 0x30) + 1,
        column=place >> 4 | (high & 0x0C) << 2,
        row=place & 0x0F | (high & 0x03) << 4,
        width_px=_u16(payload, 4) + 1,
        height_px=_u16(payload, 6) + 1,
        is_one_enclosure=bool(payload[0] & 0x80),
        topology=payload[13:22],
    )


def _u16(payload: bytes, start: int) -> int:
    return int.from_bytes(payload[start : start + 2], "little")
