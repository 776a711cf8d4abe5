"""Arguments every benchmark takes."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def common(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add `--lake`, `--boundaries` and `--write`."""
    parser.add_argument(
        "--lake",
        type=_folder,
        default=_folder_of("IOC_LAKE"),
        help="folder of the data lake (default: IOC_LAKE; without one, data is simulated)",
    )
    parser.add_argument(
        "--boundaries",
        type=_folder,
        default=_folder_of("IOC_BOUNDARIES"),
        help="folder of unit boundaries (default: IOC_BOUNDARIES)",
    )
    parser.add_argument("--write", action="store_true", help="keep the figures in BENCHMARKS.md")
    return parser


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"is no folder: {text}")
    return folder


def _folder_of(name: str) -> Path | None:
    text = os.environ.get(name, "")
    return _folder(text) if text else None
