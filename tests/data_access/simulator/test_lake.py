"""Writing the lake: whole or not at all, at paths the contracts find, the same from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pandas as pd
import pytest

from data_access.city import City
from data_access.contracts import duration_s
from data_access.replay import anchor
from data_access.simulator import lake as lake_module
from data_access.simulator.lake import MANIFEST, generator_of, lake_until, simulated, write_lake
from data_access.simulator.order import Order
from data_access.sources.registry import read
from tests.data_access.simulator.conftest import SEED, UNTIL


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def only(files: Callable[[Order], Iterator[tuple[str, bytes]]]) -> dict[str, SimpleNamespace]:
    return {"rain-html": SimpleNamespace(files=files)}


def test_every_dataset_of_the_city_is_simulated(city: City) -> None:
    assert [n for n, contract in city.datasets.items() if generator_of(contract) is None] == []


def test_a_dataset_in_another_format_than_its_generator_writes_is_not_simulated(
    city: City,
) -> None:
    budget = city.datasets["economy.budget"]
    other = replace(budget, source=replace(budget.source, format="sdmx"))
    assert generator_of(other) is None


def test_every_contract_finds_its_simulated_files(city: City, lake: Path) -> None:
    for contract in city.datasets.values():
        assert contract.source.files(lake), contract.id


def test_the_same_seed_gives_the_same_bytes(city: City, lake: Path, tmp_path: Path) -> None:
    write_lake(tmp_path / "again", city, datasets=None, seed=SEED, until=UNTIL)
    assert digests(tmp_path / "again") == digests(lake)


def test_another_seed_gives_another_city(city: City, lake: Path, tmp_path: Path) -> None:
    write_lake(tmp_path / "other", city, datasets=None, seed=SEED + 1, until=UNTIL)
    one, other = digests(lake), digests(tmp_path / "other")
    alerts = {path for path in one | other if path.startswith("security/cap/")}
    assert all(one[path] != other.get(path) for path in set(one) - alerts if "stations" not in path)
    assert {path: one.get(path) for path in alerts} != {path: other.get(path) for path in alerts}


def test_no_clock_is_read(city: City, lake: Path, tmp_path: Path) -> None:
    with mock.patch("time.time", return_value=0.0):  # gzip would stamp it
        write_lake(tmp_path / "again", city, datasets=["transport.speed"], seed=SEED, until=UNTIL)
    path = "transport/speed-simulated.csv.gz"
    assert (tmp_path / "again" / path).read_bytes() == (lake / path).read_bytes()


def test_a_dataset_is_the_same_alone_as_among_all(city: City, lake: Path, tmp_path: Path) -> None:
    written = write_lake(
        tmp_path / "one", city, datasets=["environment.rain"], seed=SEED, until=UNTIL
    )
    assert {path.name for path in written} == {"rain-simulated-2026.xls", MANIFEST}
    path = "environment/rain-simulated-2026.xls"
    assert (tmp_path / "one" / path).read_bytes() == (lake / path).read_bytes()


def test_the_paths_returned_are_the_files_written(city: City, tmp_path: Path) -> None:
    some = ["security.alerts", "health.dengue"]
    written = write_lake(tmp_path / "lake", city, datasets=some, seed=SEED, until=UNTIL)
    assert sorted(written) == sorted(p for p in (tmp_path / "lake").rglob("*") if p.is_file())


def test_a_new_lake_replaces_the_old_one_whole(city: City, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    write_lake(folder, city, datasets=["environment.rain"], seed=SEED, until=UNTIL)
    write_lake(folder, city, datasets=["health.dengue"], seed=SEED, until=UNTIL)
    assert set(digests(folder)) == {"health/dengue-simulated.csv", MANIFEST}
    assert [path.name for path in tmp_path.iterdir()] == ["lake"]


def test_a_failing_generator_leaves_the_old_lake_and_no_draft(city: City, tmp_path: Path) -> None:
    def fail(order: Order) -> Iterator[tuple[str, bytes]]:
        yield "some/file.csv", b""
        raise OSError("disk full")

    folder = tmp_path / "lake"
    write_lake(folder, city, datasets=["health.dengue"], seed=SEED, until=UNTIL)
    before = digests(folder)
    with (
        mock.patch.object(
            lake_module, "generators", return_value={"rain-html": SimpleNamespace(files=fail)}
        ),
        pytest.raises(OSError, match="disk full"),
    ):
        write_lake(folder, city, datasets=["environment.rain"], seed=SEED, until=UNTIL)
    assert digests(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["lake"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../beside.csv", "a/../../b.csv"])
def test_a_path_out_of_the_lake_is_refused(city: City, tmp_path: Path, path: str) -> None:
    def escape(order: Order) -> Iterator[tuple[str, bytes]]:
        yield path, b""

    with (
        mock.patch.object(
            lake_module, "generators", return_value={"rain-html": SimpleNamespace(files=escape)}
        ),
        pytest.raises(ValueError, match="out of the lake"),
    ):
        write_lake(tmp_path / "x" / "lake", city, datasets=None, seed=SEED, until=UNTIL)


def test_an_unknown_dataset_is_refused(city: City, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no dataset transport\.trams"):
        write_lake(tmp_path / "l", city, datasets=["transport.trams"], seed=SEED, until=UNTIL)
    assert not (tmp_path / "l").exists()


def test_a_naive_instant_is_refused(city: City, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aware"):
        write_lake(tmp_path / "l", city, datasets=[], seed=SEED, until=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_dataset_without_a_generator_is_left_out(city: City, tmp_path: Path) -> None:
    strange = replace(
        city.datasets["health.dengue"],
        source=replace(city.datasets["health.dengue"].source, format="stone-tablets"),
    )
    changed = replace(city, datasets={"health.dengue": strange})
    written = write_lake(tmp_path / "lake", changed, datasets=None, seed=SEED, until=UNTIL)
    assert [path.name for path in written] == [MANIFEST]
    assert lake_until(tmp_path / "lake", datasets=["health.dengue"], seed=SEED) is None


def test_a_kept_lake_says_until_when_it_reaches(city: City, lake: Path, tmp_path: Path) -> None:
    assert lake_until(lake, datasets=list(city.datasets), seed=SEED) == UNTIL
    assert lake_until(lake, datasets=["environment.rain"], seed=SEED) == UNTIL
    assert lake_until(lake, datasets=["environment.rain"], seed=SEED + 1) is None
    assert lake_until(lake, datasets=["transport.trams"], seed=SEED) is None
    assert lake_until(tmp_path, datasets=[], seed=SEED) is None
    (tmp_path / MANIFEST).write_text("[1")
    assert lake_until(tmp_path, datasets=[], seed=SEED) is None


def test_simulated_files_play_at_their_own_now(city: City) -> None:
    rain = simulated(city.datasets["environment.rain"], UNTIL)
    assert (rain.replay.mode, rain.replay.period, rain.replay.now_at) == ("window", "P63D", UNTIL)


def test_simulated_days_stay_together_and_months_come_once(city: City) -> None:
    modes = {name: simulated(each, UNTIL).replay.mode for name, each in city.datasets.items()}
    once = {
        "economy.investment", "economy.prices", "economy.grdp", "economy.activity",
        "economy.projects", "economy.business", "health.dengue", "health.epidemics",
        "education.schools",
    }  # fmt: skip
    assert {name for name, mode in modes.items() if mode == "latest"} == once
    assert set(modes.values()) == {"latest", "window"}


def test_a_simulated_window_is_whole_weeks(city: City) -> None:
    for contract in city.datasets.values():
        period = simulated(contract, UNTIL).replay.period
        assert period is None or duration_s(period) % (7 * 86400) == 0


@pytest.mark.parametrize(
    ("dataset", "within"),
    [
        ("transport.speed", timedelta(minutes=5)),
        ("environment.air", timedelta(hours=1)),
        ("environment.rain", timedelta(days=1)),
        ("environment.water", timedelta(hours=1)),
        ("security.incidents", timedelta(hours=8)),
        ("security.fires", timedelta(hours=30)),
        ("security.accidents", timedelta(hours=16)),
        ("urban.order", timedelta(days=3)),
        ("environment.rain_forecast", timedelta(hours=6)),
        ("environment.land", timedelta(days=5)),
        ("security.logins", timedelta(minutes=30)),
        ("food.safety", timedelta(days=3)),
        ("health.capacity", timedelta(hours=1)),
        ("health.outbreaks", timedelta(days=4)),
        ("education.closures", timedelta(days=7)),
        ("education.meals", timedelta(days=3)),
        ("economy.budget", timedelta(days=3)),
        ("transport.cameras", timedelta(minutes=15)),
        ("transport.camera_events", timedelta(hours=6)),
        ("transport.transit", timedelta(hours=8)),
        ("transport.signals", timedelta(hours=17)),
        ("feedback.requests", timedelta(hours=3)),
        ("feedback.calls", timedelta(hours=2)),
        ("feedback.social", timedelta(hours=3)),
        ("party.documents", timedelta(days=4)),
        ("transport.situations", timedelta(hours=20)),
        ("security.alerts", timedelta(days=2)),
    ],
)
def test_a_window_goes_on_without_a_gap(
    city: City, lake: Path, dataset: str, within: timedelta
) -> None:
    contract = simulated(city.datasets[dataset], UNTIL)
    batches = list(read(contract.source.files(lake), contract=contract, city=city))
    times = [b.observations["observed_at"] for b in batches if b.observations is not None]
    times += [pd.Series([r.reported_at for r in b.records]) for b in batches if b.records]
    at_us = np.concatenate([each.to_numpy("datetime64[us]").astype(np.int64) for each in times])
    now_us, period_us = int(UNTIL.timestamp() * 1e6), int(duration_s(contract.replay.period) * 1e6)
    timeline = anchor(at_us, "window", now_us, period_us=period_us, now_at_us=now_us)
    played_us = at_us[at_us >= timeline.first_us]
    pause_us = int(((played_us - timeline.track(now_us) - 1) % period_us).min())
    assert timedelta(microseconds=pause_us) <= within


def test_a_later_lake_extends_the_earlier_one(city: City, lake: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    until = UNTIL + timedelta(days=2)
    write_lake(later, city, datasets=["security.logins"], seed=SEED, until=until)
    path = "security/logins-simulated.log"
    before = [line for line in (lake / path).read_text().splitlines() if "<86>1 203-" not in line]
    after = set((later / path).read_text().splitlines())
    kept = [line for line in before if line in after]
    assert kept == before[len(before) - len(kept) :]
    assert len(kept) > 0.5 * len(before)


def test_the_lake_is_small(lake: Path) -> None:
    assert sum(path.stat().st_size for path in lake.rglob("*") if path.is_file()) < 12_000_000
