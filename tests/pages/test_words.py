"""Every page speaks both languages whole, and the catalogue holds nothing nobody says."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest

from language import catalogue
from permissions.demo import DEMO_ACCOUNTS
from tests.layouts.tiles.sample import everything
from tests.pages.answerable import PATHS as DATA_PATHS
from tests.pages.answerable import tell
from tests.pages.browse import Client, words

ROOT = Path(__file__).resolve().parents[2]
PATHS = (
    "/",
    "/operator",
    "/operator?wall=ngo-quyen",
    "/console",
    "/brief",
    "/brief?kind=flash&language=en",
    *DATA_PATHS,
    "/data/twins",
    "/data/triage",
    "/rule",
    "/what-if",
    "/signals",
    "/signals?new=1",
    "/proof",
    "/no/such/page",
)
SIGN_IN = ("/sign-in", "/sign-in?refused=tooManyAttempts&wait=20", "/sign-in?refused=other")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("user", [each.user_id for each in DEMO_ACCOUNTS])
def test_every_page_is_whole_in_both_languages(server, reach, caplog, user, language):
    catalogue._report_once.cache_clear()
    reach.cache.write_many(everything().values())
    tell(reach)
    client = Client(server)
    client.post("/session/language", {"language": language, "next": "/sign-in"})
    with caplog.at_level(logging.ERROR):
        told = [words(client.page(path)) for path in SIGN_IN]
        client.sign_in(user)
        client.post("/session/language", {"language": language, "next": "/"})
        told += [words(client.page(path)) for path in PATHS]
    assert caplog.records == []
    assert all(told)
    assert not any("pages." in each or "people." in each for each in told)


def _said() -> tuple[set[str], set[str]]:
    """Return keys of `pages` the code says, and beginnings of those it makes."""
    keys: set[str] = set()
    beginnings: set[str] = set()
    for path in [*ROOT.glob("layouts/pages/*.py"), *ROOT.glob("callbacks/*.py")]:
        own = "sign_in." if path.stem == "sign_in" else ""
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and str(node.value).startswith("pages."):
                keys.add(str(node.value).removeprefix("pages."))
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            options = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            for each in options:
                if name == "say" and isinstance(each, ast.Constant):
                    keys.add(own + str(each.value))
                if isinstance(each, ast.JoinedStr) and isinstance(each.values[0], ast.Constant):
                    begins = str(each.values[0].value)
                    if name == "say":
                        beginnings.add(own + begins)
                    elif begins.startswith("pages."):
                        beginnings.add(begins.removeprefix("pages."))
    for path in ROOT.glob("callbacks/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                begins = str(node.values[0].value)
                if begins.startswith("pages."):
                    beginnings.add(begins.removeprefix("pages."))
    return keys, beginnings - {""}


def test_everything_the_pages_say_is_in_the_catalogue():
    keys, beginnings = _said()
    known = set(catalogue.load("vi", "pages").words)
    assert {key for key in keys if key and not key.endswith(".")} - known == set()
    assert {b for b in beginnings if not any(key.startswith(b) for key in known)} == set()


def test_the_catalogue_holds_nothing_nobody_says():
    keys, beginnings = _said()
    known = set(catalogue.load("vi", "pages").words)
    assert {k for k in known - keys if not any(k.startswith(b) for b in beginnings)} == set()
