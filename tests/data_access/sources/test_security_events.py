"""Security events: counted by host and minute, grave ones kept, users and passwords not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.errors import SourceWrongFormat
from data_access.model import RecordRow
from data_access.sources import registry, security_events
from tests.data_access.sources.conftest import Reader, home, joined, reasons, values

DATASET = "security.events"


def _grave(read_small: Reader) -> dict[str, RecordRow]:
    return {record.body["host"]: record for record in read_small(DATASET).records}


def test_events_are_counted_by_host_and_minute_from_a_severity_on(read_small: Reader) -> None:
    batch = read_small(DATASET)
    assert values(batch, entity="fw-01", indicator="security_events") == {"2026-08-01 14:00": 2}
    assert values(batch, entity="fw-01", indicator="grave_events") == {"2026-08-01 14:00": 1}
    assert values(batch, entity="srv-02", indicator="grave_events") == {"2026-08-01 14:01": 1}
    assert values(batch, entity="pc-7", indicator="malware") == {"2026-08-01 14:02": 4}  # 3 and 1


def test_cef_in_a_line_of_syslog_is_the_relay_s(read_small: Reader) -> None:
    batch = read_small(DATASET)
    assert values(batch, entity="relay-1", indicator="security_events") == {"2026-08-01 14:02": 1}
    assert values(batch, entity="relay-1", indicator="grave_events") == {"2026-08-01 14:02": 0}


def test_a_grave_event_is_a_record_once(read_small: Reader) -> None:
    grave = _grave(read_small)
    assert set(grave) == {"fw-01", "srv-02", "pc-7"}
    scan = grave["fw-01"]
    assert scan.body["severity"] == "critical"
    assert scan.body["event_id"] == "10] 11"
    assert scan.reported_at == datetime(2026, 8, 1, 7, 0, 15, tzinfo=UTC)
    virus = grave["pc-7"]
    assert virus.body["class"] == "Trend Micro Deep Security|Agent"
    assert virus.body["title"]["vi"] == "Eicar_test_file"
    assert virus.body["source"] == "192.0.2.9"


def test_users_and_passwords_are_not_kept(read_small: Reader) -> None:
    batch = read_small(DATASET)
    assert "nguyen.van.a" not in str(batch)
    assert "hunter2" not in str(batch)


def test_bad_lines_are_refused_with_the_reason(read_small: Reader) -> None:
    assert reasons(read_small(DATASET)) == {
        "events.log:2": "badTime",
        "events.log:8": "noTime",
        "events.log:9": "badLine",
        "events.log:10": "badPriority",
        "events.log:11": "badLine",
    }


def test_the_same_event_by_its_id_is_one_record_in_any_file(read_file: Reader) -> None:
    line = "CEF:0|v|p|1|2|n|9|dvchost=h externalId=5 rt={}\n"
    text = line.format(1785567720000) + line.format(1785567780000)
    assert len(read_file(DATASET, text).records) == 1
    assert len(read_file(DATASET, text.replace("externalId=5 ", "")).records) == 2


def test_more_grave_events_than_anybody_reads_are_only_counted(
    read_file: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security_events, "MAX_RECORDS", 2)
    text = "".join(
        f"CEF:0|v|p|1|2|n|9|dvchost=h externalId={n} rt=1785567720000\n" for n in range(5)
    )
    batch = read_file(DATASET, text)
    assert len(batch.records) == 2
    assert [each.reason for each in batch.rejected] == ["tooMany"]
    assert values(batch, indicator="grave_events") == {"2026-08-01 14:02": 5}


@pytest.mark.parametrize("count", ["0", "-3", "99999999999", "x", ""])
def test_a_count_that_cannot_be_is_one(read_file: Reader, count: str) -> None:
    text = f"CEF:0|v|p|1|2|n|9|dvchost=h cnt={count} rt=1785567720000\n"
    found = values(read_file(DATASET, text), indicator="security_events")
    assert found == {"2026-08-01 14:02": 1}


def test_a_longer_bucket_is_an_option(read_file: Reader) -> None:
    text = "".join(f"<34>1 2026-08-01T07:{m}:00Z h a - - - x\n" for m in ("05", "40"))
    batch = read_file(DATASET, text, bucket="PT1H", records=None)
    assert values(batch, indicator="security_events") == {"2026-08-01 14:00": 2}
    assert batch.records == []


def test_what_is_no_log_is_refused(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match="no log lines"):
        read_file(DATASET, "hello\nworld\n")


@pytest.mark.real_files
@pytest.mark.parametrize(
    ("name", "hosts"),
    [
        ("syslog/syslog-5424.out", {"192.0.2.1", "mymachine.example.com"}),
        ("syslog/syslog-3164.out", {"mymachine", "avas"}),
        ("syslog/cef_a.log", {"hostname", "Fortinet FortiDeceptor"}),
    ],
)
def test_the_real_logs_are_read(real_data: Path, name: str, hosts: set[str]) -> None:
    city, _ = home(DATASET)
    contract: Any = city.datasets[DATASET]
    path = real_data / "security" / name
    batch = joined(list(registry.read([path], contract=contract, city=city)))
    assert {entity.entity for entity in batch.entities} >= hosts
    assert {each.reason for each in batch.rejected} <= {
        "badTime",
        "badLine",
        "noTime",
        "badPriority",
    }
