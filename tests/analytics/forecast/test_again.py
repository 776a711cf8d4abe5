"""R57: what a forecast said comes out again from the rows known then, or it is said why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, update

from analytics.forecast import again, opening, training
from analytics.forecast.figures import figures_of, hash_of_figures
from analytics.forecast.memory import forecast_memory
from analytics.forecast.run import work
from data_access.envelope import Envelope
from jobs.working import WorkFailed
from settings import Settings
from tests.analytics.forecast.test_run import AIR, breathe
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import Table
from tests.twin.traffic.small import TrialWorking, working_in


@pytest.fixture
def working(
    tmp_path: Path, table: Table, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> TrialWorking:
    """A job over the store of `table`, five minutes after the newest of it came."""
    clock = SimpleNamespace(time=lambda: table.now.timestamp() + 300)
    monkeypatch.setattr(opening, "time", clock)
    made = working_in(tmp_path)
    made.settings = Settings(data_dir=tmp_path, city=ROOT / "city")
    return made


def said(working: TrialWorking, name: str) -> Envelope:
    work({"only": [name]}, working)
    return Envelope.decode(working.published[-1].encode())


def asked(envelope: Envelope) -> dict[str, Any]:
    return {
        "of": envelope.aggregate.removeprefix("forecast."),
        "madeAtMs": envelope.made_at_ms,
        "origin": envelope.origin,
        "fit": envelope.quality.get("fitHash", ""),
        "hash": hash_of_figures(envelope.payload),
    }


def drive(table: Table) -> None:
    chance = np.random.default_rng(2)
    rows: list[tuple[Any, ...]] = []
    for detector in ("d1", "d2"):
        for step in range(9 * 288):
            kmh = 40 + 12 * np.sin(2 * np.pi * step / 288) + chance.normal()
            rows.append(("speed_kmh", detector, None, table.ago(minutes=5 * step), float(kmh)))
    table.feed("transport.speed", rows)


def earn(table: Table) -> None:
    year = table.now.year
    day = datetime(year - 3, 1, 1, 5, tzinfo=UTC)
    rows: list[tuple[Any, ...]] = []
    while day < table.now:
        rows.append(("revenue", "city", None, day, 100.0 + day.day))
        day += timedelta(days=1)
    table.feed("economy.budget", rows)


@pytest.mark.parametrize(
    ("name", "fill", "row"),
    [
        ("air", lambda table: breathe(table, days=9, stations=2), (AIR, "pm25", "s0", "00070")),
        ("traffic-speed", drive, ("transport.speed", "speed_kmh", "d1", None)),
        ("revenue", earn, ("economy.budget", "revenue", "city", None)),
    ],
)
def test_r57_a_forecast_says_the_same_again_whatever_has_come_since(
    table: Table, working: TrialWorking, name: str, fill: Any, row: tuple[str, str, str, Any]
) -> None:
    fill(table)
    envelope = said(working, name)
    assert envelope.state == "ok"
    published = len(working.published)
    dataset, indicator, entity, area = row
    table.now += timedelta(hours=3)
    late = [(indicator, entity, area, table.ago(hours=3 + 24 * days), 91.0) for days in range(3)]
    more = [*late, (indicator, entity, area, table.ago(minutes=1), 92.0)]
    table.feed(dataset, more, origin=envelope.origin)

    found = again.work(asked(envelope), working)

    assert found["same"]
    assert found["values"] > 100
    assert found["rolled"] == 0
    assert found["next"] == figures_of(envelope.payload)["next"]
    assert len(working.published) == published  # nothing is shown anew
    assert figures_of(said(working, name).payload) != figures_of(envelope.payload)


def test_another_figure_than_was_said_is_found_out(table: Table, working: TrialWorking) -> None:
    breathe(table, days=9, stations=1)
    envelope = said(working, "air")
    envelope.payload["series"]["pm25"]["lines"][1]["points"][3][1] += 0.1  # type: ignore[operator]

    assert not again.work(asked(envelope), working)["same"]


def test_rows_that_were_being_written_while_it_was_made_do_not_count(
    table: Table, working: TrialWorking
) -> None:
    breathe(table, days=9, stations=1)
    newest = table.now
    envelope = said(working, "air")
    table.now = datetime.fromtimestamp(envelope.made_at_ms / 1000 - 2, UTC)  # when it began
    table.feed(AIR, [("pm25", "s0", "00070", newest, 91.0)], origin="simulated")

    assert again.work(asked(envelope), working)["same"]


def test_where_it_cannot_be_said_again_it_is_said_why(
    table: Table, working: TrialWorking, engine: Engine
) -> None:
    breathe(table, days=9, stations=1)
    envelope = said(working, "air")
    with engine.begin() as connection:
        about = {"versions": {"numpy": "1"}}
        connection.execute(
            update(forecast_memory).where(forecast_memory.c.part == "fit").values(about=about)
        )
    with pytest.raises(WorkFailed) as changed:
        again.work(asked(envelope), working)
    breathe(table, days=8, stations=2)
    training.work({"only": ["air"], "anew": True}, working)
    with pytest.raises(WorkFailed) as anew:
        again.work(asked(envelope), working)

    envelope = said(working, "air")
    table.feed(AIR, [("pm25", "s0", "00070", table.now, 50.0)], origin="replay")
    with pytest.raises(WorkFailed) as fed:
        again.work(asked(envelope), working)

    found = [each.value.code for each in (changed, anew, fed)]
    assert found == ["otherSoftware", "learnedAnew", "otherSource"]


@pytest.mark.parametrize(
    "wrong", [{"of": "weather"}, {"fit": "x"}, {"madeAtMs": float("nan")}, {"more": 1}]
)
def test_what_is_no_question_is_refused(
    table: Table, working: TrialWorking, wrong: dict[str, Any]
) -> None:
    inputs = {"of": "air", "madeAtMs": 1.0, "origin": "live", "fit": "", "hash": "0" * 64}
    with pytest.raises(WorkFailed) as refused:
        again.work({**inputs, **wrong}, working)
    assert refused.value.code == "input"
