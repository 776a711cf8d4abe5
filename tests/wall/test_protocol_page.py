"""The protocol's own page names everything the code knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wall.events import PLAIN_TOPICS
from wall.layers import ORDER
from wall.messages import HANDLERS
from wall.protocol import CloseCode
from wall.services import OPERATIONS
from wall.sessions import SERVICES

WALL = Path(__file__).parents[2] / "wall"
PAGE = (WALL / "PROTOCOL.md").read_text()
CODE = "\n".join(path.read_text() for path in WALL.rglob("*.py"))

NAMES = {
    *OPERATIONS,
    *(kind for handlers in HANDLERS.values() for kind in handlers),
    *(str(int(code)) for code in CloseCode),
    *PLAIN_TOPICS,
    *ORDER,
    *SERVICES,
    *re.findall(r'Refused\(\s*"(\w+)"', CODE),
    *re.findall(r'InvalidScene\(\s*"(\w+)"', CODE),
    *re.findall(r'state\.send\([^,]+, "(\w+)"', CODE),
    *re.findall(r'(?<!\.)encode\("(\w+)"', CODE),
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_page_names_it(name: str) -> None:
    assert re.search(rf"\b{re.escape(name)}\b", PAGE)


@pytest.mark.parametrize("op", sorted(OPERATIONS))
def test_every_argument_of_an_operation_stands_in_its_row(op: str) -> None:
    (row,) = re.findall(rf"^\| `{re.escape(op)}` \|.*$", PAGE, re.MULTILINE)
    for name, field in OPERATIONS[op].args.model_fields.items():
        if row.split("|")[2].strip() != "as above":
            assert (field.alias or name) in row
