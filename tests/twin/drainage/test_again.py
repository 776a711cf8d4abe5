"""A run of a twin that is done again, by the real engine: the same, or said not to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobs.canonical import canonical, hash_of
from jobs.working import WorkFailed
from tests.twin.drainage.conftest import Heard
from twin import again
from twin.drainage import run as running
from twin.drainage.opening import Twin

SCENARIO = {
    "storm": {"kind": "hyetograph", "stepMin": 60, "mm": {"all": [40.0, 40.0]}},
    "durationH": 3,
    "measures": [{"kind": "pumpsOff", "station": "tram-yen-so", "pumps": 20}],
}


def test_the_same_inputs_give_the_same_hash_and_nothing_is_shown_anew(
    small: Twin, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "open_twin", lambda *_: small)
    inputs: dict[str, Any] = {"scenario": SCENARIO, "calibration": None}
    first = hash_of(canonical(running.work(inputs, heard)))
    asked = {"of": "0f", "kind": "twin.drainage", "inputs": inputs, "hash": first}
    folder = tmp_path / "again"
    folder.mkdir()
    listening = Heard(folder, heard.settings)
    assert again.work(asked, listening) == {"hash": first, "same": True}
    assert listening.steps
    assert (listening.published, listening.partials) == ([], [])
    wetter = {**SCENARIO, "storm": {**SCENARIO["storm"], "mm": {"all": [41.0, 40.0]}}}  # type: ignore[dict-item]
    other = tmp_path / "other"
    other.mkdir()
    told = again.work(
        {**asked, "inputs": {**inputs, "scenario": wetter}}, Heard(other, heard.settings)
    )
    assert told["same"] is False


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("twin.nowhere", "no work of the kind"),
        ("forecast", "kind"),
        ("twin.again", "follows from rows"),
    ],
)
def test_what_cannot_be_done_again_is_refused(heard: Heard, kind: str, why: str) -> None:
    with pytest.raises(WorkFailed, match=why):
        again.work({"of": "0f", "kind": kind, "inputs": {}, "hash": "0" * 64}, heard)
