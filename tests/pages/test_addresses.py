"""README's tables of addresses are those of the application."""

from __future__ import annotations

import re

import dash
from flask import Flask

from tests.conftest import ROOT

OF_OTHER_PAGES = {"/not-found", "/proof/glass"}  # what they show in place of one, or in a frame
OTHER_SYSTEMS = ("/api/", "/open311/", "/healthz", "/readyz")


def _plain(address: str) -> str:
    """Return an address without its query, and without the names of its parts."""
    return re.sub(r"<[^>]*>", "<>", address.split("?")[0])


def _told() -> set[str]:
    rows = re.findall(r"^\| (`/.*?) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    return {_plain(each) for row in rows for each in re.findall(r"`([^`]+)`", row)}


def test_readme_lists_every_page(application: Flask) -> None:
    pages = {_plain(page["path_template"] or page["path"]) for page in dash.page_registry.values()}
    assert pages - OF_OTHER_PAGES <= _told()


def test_readme_lists_every_address_of_other_systems_and_none_that_is_not_there(
    application: Flask,
) -> None:
    served = {_plain(rule.rule) for rule in application.url_map.iter_rules()}
    told = {each for each in _told() if each.startswith(OTHER_SYSTEMS)}
    assert told == {each for each in served if each.startswith(OTHER_SYSTEMS)}
    pages = {_plain(page["path_template"] or page["path"]) for page in dash.page_registry.values()}
    assert _told() <= served | pages
