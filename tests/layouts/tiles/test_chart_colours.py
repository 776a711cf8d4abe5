"""Charts, which read no style sheet, have its colours all the same."""

from __future__ import annotations

import re

from layouts.tiles import chart
from tests.conftest import ROOT


def test_charts_have_the_colours_of_the_design_tokens() -> None:
    day = (ROOT / "assets" / "00-tokens.css").read_text("utf-8").split(".is-night {")[0]
    token = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", day))
    assert token["ground"] == chart.GROUND
    assert token["rule"] == chart.GRID
    assert token["rule-strong"] == chart.RULE
    assert token["ink-3"] == chart.INK_3
    assert token["bar"] == chart.BAR
    assert tuple(token[f"series-{i}"] for i in range(1, 5)) == chart.SERIES
    assert {each: token[each] for each in chart.STATUS} == chart.STATUS
