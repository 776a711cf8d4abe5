"""What README and the pages it leads to say of commands, targets, files and each other is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from app import parser
from tests.conftest import ROOT

PAGES = (
    "README.md",
    "deploy/README.md",
    *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))),
)
LINKED = (*PAGES, "ARCHITECTURE.md", "BENCHMARKS.md", "wall/PROTOCOL.md")


def _code(page: str) -> list[str]:
    fenced = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    blocks = fenced.findall((ROOT / page).read_text("utf-8"))
    return [line for language, block in blocks if not language for line in block.splitlines()]


def _commands() -> list[str]:
    found = [re.search(r"python app\.py (.+)", line) for page in PAGES for line in _code(page)]
    return [each[1] for each in found if each]


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_taken_as_it_is_written(command: str) -> None:
    words = shlex.split(command, comments=True)
    chosen = parser().parse_args(words)
    assert chosen.command == words[0]


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", LINKED)
def test_every_link_leads_to_a_page_and_a_chapter_there_is(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        file, _, anchor = target.partition("#")
        if not file.startswith("https:"):
            led = path.parent / file if file else path
            assert led.exists(), target
            assert not anchor or anchor in _anchors(led), target


def test_readme_leads_to_every_page_of_docs() -> None:
    told = (ROOT / "README.md").read_text("utf-8")
    assert all(f"](docs/{page.name})" in told for page in (ROOT / "docs").glob("*.md"))


def test_every_file_of_the_city_is_in_its_page() -> None:
    told = (ROOT / "docs" / "city.md").read_text("utf-8")
    assert all(f"`{each.name}" in told for each in (ROOT / "city").iterdir())


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


def test_every_file_architecture_names_is_there() -> None:
    told = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = set(re.findall(r"`([\w./-]+\.(?:py|mjs|css|toml|csv|po|md|json))`", told))
    there = {
        path.relative_to(ROOT).as_posix()
        for folder in (*ROOT.glob("[a-z]*"), ROOT / ".ci")
        if folder.name not in ("var", "build")
        for path in (folder.rglob("*") if folder.is_dir() else [folder])
    } | {path.name for path in ROOT.glob("*.md")}
    lost = {each for each in named if not any(f"/{path}".endswith(f"/{each}") for path in there)}
    assert lost == set()
