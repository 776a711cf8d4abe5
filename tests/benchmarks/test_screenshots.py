from __future__ import annotations

import re

from benchmarks.screenshots import PAGES
from tests.conftest import ROOT

NOT_BY_THEMSELVES = {"/proof/glass", "/not-found"}  # a frame of another page; no page


def test_every_page_there_is_is_photographed() -> None:
    code = (ROOT / "callbacks" / "pages.py").read_text("utf-8")
    there = set(re.findall(r'path="(/[^"]*)"', code)) - NOT_BY_THEMSELVES
    assert len(there) > 15
    assert there == {path.split("?")[0].split("#")[0] for _, path, _ in PAGES}
