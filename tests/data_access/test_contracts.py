"""The check every batch passes: what is refused, why, and that nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data_access.contract_check import check
from data_access.contracts import DatasetContract, Indicator, SourceSpec, duration_s
from data_access.model import OBSERVATION_COLUMNS, Batch, RecordRow, Rejected
from data_access.promises import FieldSpec

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMED = {"vi": "Tên", "en": "Name"}
AREAS = frozenset({"00070"})


def _contract(**changes: Any) -> DatasetContract:
    given: dict[str, Any] = {
        "id": "test.data",
        "group": "environment",
        "name": NAMED,
        "owner": "y-te",
        "shape": "observation",
        "cadence": "PT1H",
        "stale_after": "PT3H",
        "source": SourceSpec(format="aqiin", paths=("*.csv",)),
        "indicators": {"pm25": Indicator(name=NAMED, unit="µg/m³", min=0, max=1000)},
    }
    return DatasetContract(**given | changes)


def _row(**changes: Any) -> dict[str, Any]:
    good = {
        "indicator": "pm25",
        "entity": "Hồ Gươm",
        "area": "00070",
        "observed_at": pd.Timestamp("2026-11-20T10:00Z"),
        "value": 21.0,
        "quality": "good",
        "source_ref": "file.csv:2",
    }
    return good | changes


def _batch(*rows: dict[str, Any]) -> Batch:
    frame = pd.DataFrame(list(rows), columns=list(OBSERVATION_COLUMNS))
    frame["observed_at"] = pd.to_datetime(frame["observed_at"], utc=True).astype(
        "datetime64[us, UTC]"
    )
    return Batch(observations=frame)


def _checked(*rows: dict[str, Any]) -> tuple[int, list[str]]:
    good = check(_batch(*rows), _contract(), now=NOW, areas=AREAS)
    assert good.observations is not None
    return len(good.observations), [each.reason for each in good.rejected]


def test_a_good_row_passes_untouched() -> None:
    batch = _batch(_row())
    good = check(batch, _contract(), now=NOW, areas=AREAS)
    assert good.observations is batch.observations
    assert good.rejected == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"value": -5.0}, "outOfRange"),
        ({"value": 1000.5}, "outOfRange"),
        ({"value": float("nan")}, "notANumber"),
        ({"value": float("inf")}, "notANumber"),
        ({"indicator": "radon"}, "unknownIndicator"),
        ({"indicator": None}, "unknownIndicator"),
        ({"entity": ""}, "emptyKey"),
        ({"entity": "  "}, "emptyKey"),
        ({"entity": None}, "emptyKey"),
        ({"observed_at": pd.NaT}, "badTime"),
        ({"observed_at": pd.Timestamp("2027-01-01T00:00Z")}, "badTime"),
        ({"observed_at": pd.Timestamp("1803-10-11T00:00Z")}, "badTime"),
        ({"area": "99999"}, "unknownArea"),
        ({"quality": "perfect"}, "badQuality"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    assert _checked(_row(), _row(entity="other", **{}), _row(**{"entity": "third"} | changes)) == (
        2,
        [reason],
    )


@pytest.mark.parametrize("area", ["00070", "city", None])
def test_units_the_city_and_nowhere_are_areas(area: str | None) -> None:
    assert _checked(_row(area=area)) == (1, [])


def test_areas_are_not_looked_at_unless_asked() -> None:
    good = check(_batch(_row(area="99999")), _contract(), now=NOW)
    assert good.rejected == []


def test_the_limits_themselves_are_possible() -> None:
    assert _checked(_row(value=0.0), _row(value=1000.0, entity="other")) == (2, [])


def test_a_repeated_key_is_refused_and_the_first_kept() -> None:
    good = check(_batch(_row(value=1.0), _row(value=2.0)), _contract(), now=NOW)
    assert good.observations is not None
    assert list(good.observations["value"]) == [1.0]
    assert [each.reason for each in good.rejected] == ["duplicate"]


def test_a_bad_row_does_not_make_a_good_one_its_repetition() -> None:
    good = check(_batch(_row(value=-1.0), _row(value=2.0)), _contract(), now=NOW)
    assert good.observations is not None
    assert list(good.observations["value"]) == [2.0]
    assert [each.reason for each in good.rejected] == ["outOfRange"]


def test_the_refusal_tells_the_owner_what_was_found_and_expected() -> None:
    batch = _batch(_row(value=-5.0, source_ref="air.csv:120"))
    (refused,) = check(batch, _contract(), now=NOW).rejected
    assert refused.source_ref == "air.csv:120"
    assert "is -5 µg/m³; expected 0 to 1000" in refused.detail
    assert "Hồ Gươm" in refused.row


def test_naive_times_are_refused_whole() -> None:
    batch = _batch(_row())
    assert batch.observations is not None
    batch.observations["observed_at"] = batch.observations["observed_at"].dt.tz_localize(None)
    assert [each.reason for each in check(batch, _contract(), now=NOW).rejected] == ["badTime"]


def test_a_frame_without_a_column_is_a_fault_of_the_source() -> None:
    batch = Batch(observations=_batch(_row()).observations.drop(columns=["quality"]))
    with pytest.raises(ValueError, match="lacks columns quality"):
        check(batch, _contract(), now=NOW)


def test_an_empty_batch_and_earlier_refusals_pass() -> None:
    earlier = Rejected("a:1", "badRow", "detail")
    batch = Batch(observations=_batch().observations, rejected=[earlier])
    assert check(batch, _contract(), now=NOW).rejected == [earlier]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["pm25", "x", ""]),
            st.sampled_from(["a", "b", ""]),
            st.one_of(st.floats(), st.none()),
            st.sampled_from(["2026-11-20T10:00Z", "2026-11-20T11:00Z", "2031-01-01T00:00Z", None]),
        ),
        max_size=30,
    )
)
def test_every_row_is_either_kept_or_refused_once(rows: list[tuple[Any, ...]]) -> None:
    batch = _batch(
        *(
            _row(indicator=i, entity=e, value=v, observed_at=at, source_ref=f"f:{n}")
            for n, (i, e, v, at) in enumerate(rows)
        )
    )
    good = check(batch, _contract(), now=NOW)
    assert good.observations is not None
    seen = [*good.observations["source_ref"], *(each.source_ref for each in good.rejected)]
    assert sorted(seen) == sorted(f"f:{n}" for n in range(len(rows)))
    key = good.observations[["indicator", "entity", "observed_at"]]
    assert not key.duplicated().any()
    assert np.isfinite(good.observations["value"].to_numpy(float)).all()


def _record(**changes: Any) -> RecordRow:
    good = RecordRow("r1", "1", "open", NOW, NOW, None, "00070", None, {}, "f#1")
    return replace(good, **changes)


def _records_contract() -> DatasetContract:
    return _contract(shape="record", indicators={}, statuses=("open", "closed"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"record_id": " "}, "emptyKey"),
        ({"status": "đang chờ"}, "unknownStatus"),
        ({"reported_at": NOW + timedelta(days=3)}, "badTime"),
        ({"reported_at": datetime(2026, 1, 1)}, "badTime"),  # noqa: DTZ001
        ({"valid_to": datetime(203, 1, 1, tzinfo=UTC)}, "badTime"),
        ({"area": "99999"}, "unknownArea"),
        ({"version": "1"}, "duplicate"),
    ],
)
def test_a_bad_record_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    bad = _record(**{"version": "2"} | changes)
    good = check(Batch(records=[_record(), bad]), _records_contract(), now=NOW, areas=AREAS)
    assert good.records == [_record()]
    assert [each.reason for each in good.rejected] == [reason]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"severity": "high", "lanes": 2, "begun_at": "2026-11-20T10:00:00+00:00"}, None),
        ({"severity": None, "lanes": ""}, None),
        ({"severity": "grave"}, "unknownCode"),
        ({"lanes": "hai"}, "wrongType"),
        ({"lanes": 40}, "outOfRange"),
        ({"begun_at": "sáng nay"}, "wrongType"),
    ],
)
def test_fields_of_a_record_are_held_to_their_contract(
    body: dict[str, Any], reason: str | None
) -> None:
    contract = replace(
        _records_contract(),
        fields={
            "severity": FieldSpec(codes=("high", "low")),
            "lanes": FieldSpec(type="integer", min=0, max=12),
            "begun_at": FieldSpec(type="instant"),
        },
    )
    good = check(Batch(records=[_record(body=body)]), contract, now=NOW, areas=AREAS)
    assert [each.reason for each in good.rejected] == ([] if reason is None else [reason])


def test_what_names_a_row_follows_from_its_shape_unless_it_is_said() -> None:
    assert _contract().key_columns == ("indicator", "entity", "observed_at")
    assert _records_contract().key_columns == ("record_id", "version")
    assert _contract(key=("station", "hour")).key_columns == ("station", "hour")


def test_a_record_may_be_valid_far_into_the_future() -> None:
    record = _record(valid_from=NOW + timedelta(days=30), valid_to=NOW + timedelta(days=400))
    assert check(Batch(records=[record]), _records_contract(), now=NOW).records == [record]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT5M", 300), ("P1D", 86400), ("PT4H15M", 15300), ("P2W", 1209600), ("P1DT12H", 129600)],
)
def test_durations_are_iso_8601(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


def test_a_month_is_a_twelfth_of_a_year() -> None:
    assert duration_s("P1M") * 12 == duration_s("P1Y")


@pytest.mark.parametrize("text", ["", "P", "PT", "5M", "P1H", "1D", "P-1D", "P1.5D"])
def test_other_words_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        duration_s(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"indicators": {}},
        {"shape": "record"},
        {"shape": "record", "indicators": {}, "statuses": ["open", "withdrawn"]},
        {"cadence": "hourly"},
        {"name": {"vi": "Tên"}},
        {"group": "weather"},
        {"colour": "red"},
        {"classification": {"level": "secret"}},
        {"source": {"format": "aqiin", "paths": []}},
        {"source": {"format": "aqiin", "paths": ["*"], "columns": {"value": "float"}}},
        {"share": "open", "classification": {"level": "internal"}},
        {"fields": {"severity": {}}},
        {"phone": "không rõ"},
        {"plausible": {"indicators": ["pm10"], "least": 10}},
        {"reconcile": [{"rule": "at-most", "indicator": "pm25", "of": "pm10"}]},
        {"reconcile": [{"rule": "parts", "indicator": "pm25", "total": "a", "parts": ["b"]}]},
        {"floors": {"live": 101}},
        {"floors": {"alive": 50}},
    ],
)
def test_a_contract_that_promises_nothing_sensible_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _contract(**changes)


def test_files_are_found_in_the_order_of_the_globs(tmp_path: Any) -> None:
    for name in ("b.csv", "a.csv", "old/z.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "c.csv").mkdir()
    spec = SourceSpec(format="aqiin", paths=("old/*.csv", "*.csv"))
    found = [str(path.relative_to(tmp_path)) for path in spec.files(tmp_path)]
    assert found == ["old/z.csv", "a.csv", "b.csv"]
