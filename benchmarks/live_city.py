"""A copy of the city's folder in which one dataset comes from another source."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.figures import ROOT

_BEGIN = "[[dataset]]\n"


def live_city(folder: Path, dataset: str, source: str) -> Path:
    """Copy the city to `folder`, with `source` (TOML below `[dataset.source]`) for `dataset`."""
    shutil.copytree(ROOT / "city", folder)
    path = folder / "datasets.toml"
    head, *blocks = path.read_text("utf-8").split(_BEGIN)
    replaced = [
        f"{block.split('[dataset.source]')[0]}[dataset.source]\n{source}\n"
        if f'id = "{dataset}"' in block.split("\n", 1)[0]
        else block
        for block in blocks
    ]
    path.write_text(_BEGIN.join([head, *replaced]), "utf-8")
    return folder
