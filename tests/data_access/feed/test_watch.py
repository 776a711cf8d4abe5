"""Looking at files: what comes, goes and changes is seen; what does not is not listed again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data_access.contracts import SourceSpec
from data_access.watch import Watch

LONG_AGO_NS = 1_500_000_000_000_000_000


def names(watch: Watch) -> list[str]:
    return [path.name for path, _, _ in watch.look()]


@pytest.fixture
def source() -> SourceSpec:
    return SourceSpec(format="open311", paths=("air/stations*.csv", "air/hours*.csv", "x/*.csv"))


def settle(folder: Path) -> None:
    os.utime(folder, ns=(LONG_AGO_NS, LONG_AGO_NS))


def test_files_that_come_go_and_change_are_seen(tmp_path: Path, source: SourceSpec) -> None:
    watch = Watch(tmp_path, source)
    assert watch.look() == ()
    (tmp_path / "air").mkdir()
    (tmp_path / "air" / "hours_1.csv").write_text("1")
    (tmp_path / "air" / "other.txt").write_text("1")
    assert names(watch) == ["hours_1.csv"]
    (tmp_path / "air" / "stations.csv").write_text("1")
    assert names(watch) == ["stations.csv", "hours_1.csv"]
    before = watch.look()
    (tmp_path / "air" / "hours_1.csv").write_text("22")
    after = watch.look()
    assert before != after
    assert after[1][1] == 2
    (tmp_path / "air" / "stations.csv").unlink()
    assert names(watch) == ["hours_1.csv"]


def test_a_folder_at_rest_is_not_listed_again(
    tmp_path: Path, source: SourceSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "air"
    folder.mkdir()
    (folder / "hours.csv").write_text("1")
    settle(folder)
    watch = Watch(tmp_path, source)
    assert names(watch) == ["hours.csv"]
    monkeypatch.setattr(SourceSpec, "files", lambda self, lake: pytest.fail("listed again"))
    assert names(watch) == ["hours.csv"]
    (folder / "hours.csv").write_text("22")
    assert watch.look()[0][1] == 2


def test_a_folder_that_has_just_changed_is_listed_again(tmp_path: Path, source: SourceSpec) -> None:
    folder = tmp_path / "air"
    folder.mkdir()
    watch = Watch(tmp_path, source)
    assert names(watch) == []
    stat = folder.stat()
    (folder / "hours.csv").write_text("1")
    os.utime(folder, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # within one tick of its clock
    assert names(watch) == ["hours.csv"]


def test_a_file_gone_between_two_looks_is_left_out(tmp_path: Path, source: SourceSpec) -> None:
    folder = tmp_path / "air"
    folder.mkdir()
    for name in ("hours_1.csv", "hours_2.csv"):
        (folder / name).write_text("1")
    settle(folder)
    watch = Watch(tmp_path, source)
    assert len(watch.look()) == 2
    (folder / "hours_1.csv").unlink()
    settle(folder)
    assert names(watch) == ["hours_2.csv"]


def test_folders_with_wild_cards_are_always_listed(tmp_path: Path) -> None:
    watch = Watch(tmp_path, SourceSpec(format="cap", paths=("*/deep/*.cap",)))
    assert names(watch) == []
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "x.cap").write_text("1")
    assert names(watch) == ["x.cap"]
