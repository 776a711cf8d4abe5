"""`python app.py rule replay`: the rule as it is kept, the day, and what is refused."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from operations.rule_answer import read_answer, read_error
from processes import rules
from processes.rules import NoRule
from settings import Settings
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.feed.conftest import NOW_S, Room
from tests.wall.room import SECRET, free_port

RULE = """
id = "crowd"
name = { vi = "Dồn phản ánh", en = "Many requests" }
owner = "van-phong"
aggregate = "feedback.requests"
number = "open"
condition = "above"
threshold = 2.5
dwell_s = 600
cooldown_s = 1800
veto_s = 120
walls = ["le-lai"]
scene = "feedback"
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A room whose controller does not answer, with an hour and a half of data."""
    monkeypatch.setattr(rules, "ANSWER_S", 0.1)
    monkeypatch.setattr(rules.time, "time", lambda: NOW_S + 3600)
    city = shutil.copytree(ROOT / "city", tmp_path / "city")
    (city / "rules").mkdir(exist_ok=True)
    (city / "rules" / "crowd.toml").write_text(RULE, "utf-8")
    lake = shutil.copytree(SMALL_LAKE / "feedback", tmp_path / "lake" / "feedback").parent
    return Settings.model_validate(
        {
            "data_dir": tmp_path / "var",
            "city": city,
            "lake": lake,
            "wall_port": free_port(),
            "service_token": SECRET,
        }
    )


def chosen(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    rules.add_commands(parser)
    return parser.parse_args(words)


def test_a_rule_of_the_city_is_replayed_when_no_controller_answers(settings: Settings) -> None:
    from data_access.city import load_city

    city = load_city(settings.city)
    kept = {"feedback.requests": city.datasets["feedback.requests"]}
    room = Room(settings, replace(city, datasets=kept))
    room.settle()
    room.close()
    said = rules.perform(
        settings, chosen("replay", "crowd", "--day", "23/11/2026", "--language", "en")
    )
    assert said.startswith("Many requests (crowd), 23 Nov 2026\nfeedback.requests · open above 2.5")
    assert "Would have fired" in said
    asked = ("replay", "crowd", "--day", "23/11/2026", "--json", "--threshold", "99")
    answer = read_answer(rules.perform(settings, chosen(*asked)))
    assert (answer.rule.threshold, answer.rule.clear_at, answer.firings) == (99, 2.5, ())
    assert answer.course[0] == (answer.from_ms, 3.0)
    for rule, day, code in (
        ("no", "23/11/2026", "unknownRule"),
        ("crowd", "24/11/2026", "notBegun"),
    ):
        with pytest.raises(NoRule) as refused:
            rules.perform(settings, chosen("replay", rule, "--day", day, "--json"))
        assert read_error(str(refused.value)) == code
    with pytest.raises(NoRule, match=r"known are .*crowd"):
        rules.perform(settings, chosen("replay", "flood", "--day", "23/11/2026"))
    with pytest.raises(NoRule, match="24/11/2026 has not begun"):
        rules.perform(settings, chosen("replay", "crowd", "--day", "24/11/2026"))


@pytest.mark.parametrize("day", ["2026-11-23", "31/02/2026", ""])
def test_a_day_is_written_as_people_here_write_it(
    day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chosen("replay", "crowd", "--day", "23/11/2026").day == date(2026, 11, 23)
    with pytest.raises(SystemExit):
        chosen("replay", "crowd", "--day", day)
    assert "no day such as 25/02/2025" in capsys.readouterr().err


def test_a_patient_replay_gives_way_to_everything_else(settings: Settings) -> None:
    program = f"""
import os, pathlib
from processes import logs, rules
from settings import Settings
from tests.processes.test_rules import chosen
logs.hush()
rules.ANSWER_S = 0.1
made = Settings(data_dir=pathlib.Path({str(settings.data_dir)!r}), wall_port={settings.wall_port})
try:
    rules.perform(made, chosen("replay", "no", "--day", "23/11/2026", "--patient"))
except rules.NoRule:
    print(os.nice(0))
"""
    run = [sys.executable, "-c", program]
    told = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "19"
