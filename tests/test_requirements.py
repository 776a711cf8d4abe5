"""requirements.txt pins what the product imports, says why, and lists nothing else."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions

from tests.conftest import ROOT

LINE = re.compile(r"^([\w.-]+)(?:\[\w+\])?==[\w.]+ +# \S.*$")
IMPORT = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
# What is pinned and never imported: needed by others, or programs, or files.
NOT_IMPORTED = {"plotly", "tzdata", "eclipse-sumo", "bootstrap-flask"}


def _pinned(name: str) -> set[str]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    matched = [LINE.match(line) for line in lines if not line.startswith(("#", "-r"))]
    assert all(matched), f"{name}: a line that pins nothing, or does not say why"
    return {_key(each[1]) for each in matched if each}


def _key(name: str) -> str:
    return name.lower().replace("_", "-")


def _imported() -> dict[str, set[str]]:
    """Return which distributions bring each module that the product imports."""
    ours = {path.stem for path in ROOT.iterdir()}
    folders = [path.parent for path in ROOT.glob("*/__init__.py")]
    files = [ROOT / "app.py", *(path for folder in folders for path in folder.rglob("*.py"))]
    texts = [path.read_text("utf-8") for path in files if path.relative_to(ROOT).parts[0] not in
             ("tests", "benchmarks")]  # fmt: skip
    names = {name for text in texts for name in IMPORT.findall(text)}
    brought = packages_distributions()
    return {
        name: {_key(each) for each in brought[name]}
        for name in names - ours - sys.stdlib_module_names
        if name in brought
    }


def test_every_import_is_pinned_and_every_pin_imported() -> None:
    pinned, imported = _pinned("requirements.txt"), _imported()
    assert {name for name, brought in imported.items() if not brought & pinned} == set()
    assert pinned - set().union(*imported.values()) == NOT_IMPORTED


def test_tools_of_the_tests_are_pinned_too() -> None:
    assert _pinned("requirements-dev.txt") > {"pytest", "hypothesis", "playwright", "mypy", "ruff"}
