"""What the twins are asked by themselves: where it cannot be asked now, it is asked again later."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jobs.errors import NothingToAsk
from jobs.store import JobStore
from permissions.database import open_operations
from processes.standing import standing_questions
from settings import Settings
from tests.conftest import ROOT


def test_without_data_or_with_a_broken_plan_the_role_goes_on(tmp_path: Path) -> None:
    city = shutil.copytree(ROOT / "city", tmp_path / "city")
    settings = Settings(data_dir=tmp_path / "data", city=city)
    engine = open_operations(settings.operations_url)
    try:
        asked = standing_questions(settings, JobStore(engine, city=city))
        assert {each.kind for each in asked} == {"twin.coupled", "twin.drainage"}
        with pytest.raises(NothingToAsk):
            asked[0].inputs(0.0)
        (city / "twin" / "drainage.toml").write_text("wards = 7\n", "utf-8")
        with pytest.raises(NothingToAsk, match=r"drainage\.toml"):
            asked[0].inputs(0.0)
    finally:
        engine.dispose()
