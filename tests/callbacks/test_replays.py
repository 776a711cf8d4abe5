"""A replay beside the web process: one at a time, ended when it should be, never given twice."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from callbacks.replays import APP, Busy, Job, Question, Replays
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.feed.conftest import Room
from tests.pages.a_day import a_day, answers, program
from tests.wall.room import SECRET, free_port

DAY = Question("heavy-rain", date(2026, 9, 21))
FOREVER = "open(sys.argv[0] + '.on', 'w').close(); signal.pause()"
PATIENCE_S = 30.0

Begin = Callable[..., Replays]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Make replays with a command; their children are ended."""
    made: list[Replays] = []

    def make(command: tuple[str, str], **more: float) -> Replays:
        made.append(Replays(command, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


def ended(job: Job) -> Job:
    assert job.ended.wait(PATIENCE_S), "it never ended"
    return job


def test_a_question_is_answered_by_a_process_of_its_own(tmp_path, begin):
    replays = begin(answers(tmp_path, a_day()))
    job = ended(replays.ask(replace(DAY, threshold=-1.5), "binh"))
    assert (job.state, job.answer) == ("done", a_day())
    asked = (tmp_path / "asked.txt").read_text()
    assert asked == (
        f"rule replay --json --patient --parent {os.getpid()} --day 21/09/2026 "
        "--threshold=-1.5 -- heavy-rain"
    )
    assert replays.find(job.job_id, "binh") is job


def test_one_runs_at_a_time_and_ones_own_next_question_ends_the_one_before(tmp_path, begin):
    replays = begin(program(tmp_path, FOREVER))
    first = replays.ask(DAY, "binh")
    with pytest.raises(Busy):
        replays.ask(DAY, "chi")
    second = replays.ask(DAY, "binh")
    assert (ended(first).code, second.state) == ("cancelled", "running")
    replays.cancel(second.job_id, "chi")
    assert second.state == "running"
    replays.cancel(second.job_id, "binh")
    ended(second)
    assert second.process is None or second.process.returncode == -9
    third = begin(answers(tmp_path, a_day())).ask(DAY, "chi")
    assert ended(third).state == "done"


def test_what_takes_too_long_is_ended(tmp_path, begin):
    replays = begin(program(tmp_path, FOREVER), within_s=0.2)
    job = ended(replays.ask(DAY, "binh"))
    assert (job.state, job.code) == ("failed", "tooLong")
    assert job.process is not None
    assert job.process.returncode == -9
    assert ended(replays.ask(DAY, "chi")).code == "tooLong"  # the place is free


def test_closing_ends_what_runs(tmp_path, begin):
    replays = begin(program(tmp_path, FOREVER))
    job = replays.ask(DAY, "binh")
    replays.close()
    assert ended(job).code == "cancelled"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('sys.exit(\'{"error": {"code": "noPast"}}\')', "noPast"),
        ('print(\'warning: x\', file=sys.stderr); sys.exit(\'{"error": {"code": "x"}}\')', "x"),
        ("sys.exit('Traceback')", "failed"),
        ("sys.exit(1)", "failed"),
        ("print('{}')", "failed"),
        ("print('nonsense')", "failed"),
        ("pass", "failed"),
    ],
)
def test_why_there_is_no_answer_is_told(tmp_path, begin, body, code):
    job = ended(begin(program(tmp_path, body)).ask(DAY, "binh"))
    assert (job.state, job.answer, job.code) == ("failed", None, code)


def test_a_program_that_is_not_there_leaves_the_place_free(tmp_path, begin):
    replays = begin((str(tmp_path / "no"), "x"))
    assert ended(replays.ask(DAY, "binh")).code == "failed"
    assert ended(replays.ask(DAY, "chi")).code == "failed"


def test_answers_are_a_persons_own_and_kept_for_a_while_only(tmp_path, begin):
    replays = begin(answers(tmp_path, a_day()))
    first = ended(replays.ask(DAY, "binh"))
    assert replays.find(first.job_id, "chi") is None
    assert replays.find("other", "binh") is None
    for _ in range(8):
        ended(replays.ask(DAY, "binh"))
    assert replays.find(first.job_id, "binh") is None


def test_the_command_itself_answers_from_the_store(tmp_path, begin, monkeypatch):
    from data_access.city import load_city
    from settings import Settings

    lake = shutil.copytree(SMALL_LAKE / "feedback", tmp_path / "lake" / "feedback").parent
    given = {"data_dir": tmp_path / "var", "city": ROOT / "city", "lake": lake}
    more = {"wall_port": free_port(), "service_token": SECRET}
    city = load_city(ROOT / "city")
    kept = {"feedback.requests": city.datasets["feedback.requests"]}
    room = Room(Settings.model_validate({**given, **more}), replace(city, datasets=kept))
    room.settle()
    room.close()
    for name, each in {**given, **more}.items():
        monkeypatch.setenv(f"IOC_{name.upper()}", str(each))
    replays = begin((sys.executable, str(APP)))
    monkeypatch.chdir(Path(tmp_path))
    asked = Question("no-such-rule", date(2026, 11, 23))
    assert ended(replays.ask(asked, "binh")).code == "unknownRule"
    rain = Question("heavy-rain", date(2025, 11, 23), threshold=12.5)
    job = ended(replays.ask(rain, "binh"))
    assert job.answer is not None, job.code
    assert (job.answer.rule.threshold, job.answer.seen) == (12.5, 0)
