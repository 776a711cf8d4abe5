"""What the tests of the drainage twin share: the city, its plan and its model, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data_access.city import City, load_city
from data_access.envelope import Envelope
from jobs.working import Cancelled
from settings import Settings
from tests.conftest import ROOT
from twin.drainage.building import city_model
from twin.drainage.model import Model
from twin.drainage.opening import Twin
from twin.drainage.plan import DrainagePlan, read_plan

SMALL = {"00190", "00226", "00235", "00229"}


class Heard:
    """A job as its work sees it: what it said is kept; `cancel_after` checks it is told to end."""

    def __init__(self, folder: Path, settings: Settings, cancel_after: int | None = None) -> None:
        self.folder, self.settings = folder, settings
        self.steps: list[tuple[float, str]] = []
        self.partials: list[Mapping[str, Any]] = []
        self.published: list[Envelope] = []
        self._left = cancel_after

    def progress(self, share: float, step: str) -> None:
        self.steps.append((share, step))

    def partial(self, result: Mapping[str, Any]) -> None:
        self.partials.append(result)

    def publish(self, envelope: Envelope) -> None:
        self.published.append(envelope)

    def check(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise Cancelled


@pytest.fixture(scope="session")
def hanoi() -> City:
    return load_city(ROOT / "city")


@pytest.fixture(scope="session")
def plan(hanoi: City) -> DrainagePlan:
    found = read_plan(ROOT / "city", hanoi)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def model(plan: DrainagePlan, hanoi: City) -> Model:
    return city_model(plan, hanoi)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", city=ROOT / "city")


@pytest.fixture
def heard(tmp_path: Path, settings: Settings) -> Heard:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Heard(scratch, settings)


@pytest.fixture(scope="session")
def small(plan: DrainagePlan, hanoi: City) -> Twin:
    """A part of the city with all of its rivers and pumps, so that a run takes no time."""
    wards = tuple(replace(w, cell_ha=30) for w in plan.ward if w.code in SMALL)
    trunks = tuple(t for t in plan.trunk if t.into in ("lu", "to-lich", "set"))
    cut = replace(plan, ward=wards, trunk=tuple(t for t in trunks if t.id != "minh-khai"))
    into = {step for t in cut.trunk for step in t.path} | {r.id for r in cut.river}
    lakes = tuple(lake for lake in cut.lake if lake.into is None or lake.into in into)
    cut = replace(cut, lake=lakes)
    return Twin(hanoi, cut, city_model(cut, hanoi))
