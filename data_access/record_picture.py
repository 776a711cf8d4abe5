"""The picture that a record came with: a file beside the files its dataset is read from.

Only files below the lake are given out, and only pictures: what an address leads to that a source
names is not asked for. Not for who may see it (callbacks/record_pictures.py).
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from data_access.contracts import DatasetContract
from data_access.errors import PictureError
from data_access.picture import LARGEST_PICTURE, Picture

FIELD = "image"  # of a record's body
LONGEST = 400  # characters of a name
BEGINS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


def find_picture(contract: DatasetContract, lake: Path, named: object) -> Path | None:
    """Return the file that a record names, from where its own file is; None where there is none."""
    if not isinstance(named, str) or not named or len(named) > LONGEST or "\0" in named:
        return None
    path = PurePosixPath(named)
    if path.is_absolute() or ".." in path.parts or "\\" in named or "://" in named:
        return None
    root = lake.resolve()
    for folder in dict.fromkeys(each.parent for each in contract.source.files(lake)):
        try:
            found = (folder / path).resolve()
            if found.is_relative_to(root) and found.is_file():
                return found
        except OSError:  # a name no file may have
            return None
    return None


def read_picture(path: Path) -> Picture:
    """Return a picture as it lies there; raises PictureError for what is none, or is too large."""
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST_PICTURE + 1)
    except OSError as error:
        raise PictureError(f"{path.name} cannot be read: {error.strerror}") from error
    if len(body) > LARGEST_PICTURE:
        raise PictureError(f"{path.name} is larger than {LARGEST_PICTURE / 1e6:g} MB")
    kind = next((kind for begin, kind in BEGINS.items() if body.startswith(begin)), None)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        kind = "image/webp"
    if kind is None:
        raise PictureError(f"{path.name} is no picture; expected JPEG, PNG or WebP")
    return Picture(body, kind)
