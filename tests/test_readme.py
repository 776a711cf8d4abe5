"""The commands of README and deploy/README are commands that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from app import parser
from tests.conftest import ROOT

PAGES = ("README.md", "deploy/README.md")


def _code(page: str) -> list[str]:
    blocks = re.findall(
        r"^```\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return [line for block in blocks for line in block.splitlines()]


def _commands() -> list[str]:
    found = [re.search(r"python app\.py (.+)", line) for page in PAGES for line in _code(page)]
    return [each[1] for each in found if each]


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_taken_as_it_is_written(command: str) -> None:
    words = shlex.split(command, comments=True)
    chosen = parser().parse_args(words)
    assert chosen.command == words[0]


def test_every_target_of_make_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        each for page in PAGES for line in _code(page) for each in re.findall(r"^make (\w+)", line)
    }
    assert named
    assert named <= targets
    assert targets <= named | {"help", "format", "clean"}


def test_every_folder_there_is_is_in_the_table_of_architecture() -> None:
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("## Folders")[1].split("##")[0]
    named = set(re.findall(r"^\| `([\w.]+)/?`", table, re.MULTILINE)) | {
        "benchmarks",
        "tests",
        "docs",
    }
    code = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert code <= named
    assert all(Path(ROOT, each).exists() for each in named)
