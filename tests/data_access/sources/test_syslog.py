"""Server logs counted by minute and host; lines of three standards, some of them broken."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data_access.city import City
from data_access.contract_check import check
from data_access.errors import SourceWrongFormat
from data_access.sources import registry, syslog
from data_access.sources.log_line import Calendar, LineFault, parse_line
from tests.data_access.sources.conftest import Reader, joined, reasons, values

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def _calendar(year: int = 2026) -> Calendar:
    return Calendar(year, HANOI)


def test_failures_are_counted_by_minute_and_repetitions_as_often_as_they_say(
    read_small: Reader,
) -> None:
    batch = read_small("security.logins")
    assert values(batch, entity="vpn-01", indicator="failed_logins") == {
        "2015-12-31 23:58": 1,
        "2015-12-31 23:59": 3,
        "2016-01-01 00:00": 0,
    }
    accepted = values(batch, entity="vpn-01", indicator="accepted_logins")
    assert accepted["2016-01-01 00:00"] == 3  # one, and "last message repeated 2 times"


def test_the_three_standards_meet_in_one_file(read_small: Reader) -> None:
    batch = read_small("security.logins")
    assert values(batch, entity="thu-01", indicator="failed_logins")["2027-01-01 00:01"] == 1
    assert values(batch, entity="thu-01", indicator="accepted_logins")["2027-01-01 00:02"] == 1
    assert values(batch, entity="fw-01", indicator="failed_logins") == {"2027-01-01 00:03": 1}


def test_bad_lines_are_refused_with_the_reason(read_small: Reader) -> None:
    assert reasons(read_small("security.logins")) == {
        "logins.log:7": "badTime",  # a year of three digits
        "logins.log:8": "badPriority",
        "logins.log:9": "badLine",
        "logins.log:10": "badLine",
        "logins.log:11": "badTime",  # 30 February
        "logins.log:14": "noTime",
    }


def test_a_password_in_a_refused_line_is_not_kept(read_small: Reader) -> None:
    assert not any("hunter2" in each.row for each in read_small("security.logins").rejected)


def test_who_signed_in_is_not_kept(read_small: Reader) -> None:
    frame = read_small("security.logins").observations
    assert frame is not None
    assert set(frame["entity"]) == {"vpn-01", "thu-01", "fw-01"}


def test_a_log_of_something_else_is_refused_whole(read_file: Reader) -> None:
    text = "\n".join(f"entry {n}: all is well" for n in range(40))
    with pytest.raises(SourceWrongFormat, match="40 of 40 lines"):
        read_file("security.logins", text)


def test_the_year_rises_in_january_and_late_december_lines_stay_in_december() -> None:
    calendar = _calendar(2025)
    lines = ["Dec 31 23:59:00 a b: c", "Jan  1 00:00:01 a b: c", "Dec 31 23:59:59 a b: c"]
    years = [
        time.gmtime((parse_line(line, calendar).minute + 7 * 60) * 60).tm_year for line in lines
    ]
    assert years == [2025, 2026, 2025]


def test_a_time_of_cef_in_greenwich_without_a_year_is_near_its_arrival_too() -> None:
    came = datetime(2027, 1, 1, 6, 59, tzinfo=HANOI)
    calendar = Calendar(came.year, HANOI, near=came)
    line = parse_line("CEF:0|v|p|1|2|n|9|dvchost=h rt=Dec 31 23:58:00 UTC", calendar)
    assert datetime.fromtimestamp(line.minute * 60, UTC) == datetime(
        2026, 12, 31, 23, 58, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("<34>Oct 11 22:14:15 mymachine su: x", "mymachine"),
        ("Oct  1 22:14:15 mymachine su[1]: x", "mymachine"),
        ("Mar  8 15:18:40 avas: last message repeated 11 times", "avas"),
        ("Mar  8 15:18:40 127:0:ab::1 sshd: x", "127:0:ab::1"),
        ("Mar  8 2026 15:18:40 router %SYS-5: x", "router"),
        ("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% x", "192.0.2.1"),
        (
            '<190>1 2003-10-11T22:14:15.003Z m.example.com e - I [a@1 b="10\\] 11"] x',
            "m.example.com",
        ),
        ("1 2003-10-11T22:14:15.003Z m.example.com su - ID47 - x", "m.example.com"),
        ("2026-11-20T10:00:00.123456+07:00 web nginx: x", "web"),
        ("CEF:0|a|b|1|2|n|3|shost=h1 rt=Nov 08 2020 12:30:00.111 UTC", "h1"),
        ("CEF:0|a|b\\|c|1|2|n|High|start=1453290121336 cs1=x=y | z", "a b|c"),
        ("CEF:0|a|b|1|2|n|3|date=2020-12-08 time=16:59:33", "a b"),
    ],
)
def test_lines_as_they_are_found(line: str, host: str) -> None:
    assert parse_line(line, _calendar()).host == host


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("<3444>Oct 11 22:14:15 m su: x", "badPriority"),
        ("<190)1 2003-10-11T22:14:15.003Z m e - - - x", "badLine"),
        ("<34>1 203-10-11T22:14:15.003Z m su - ID47 - x", "badTime"),
        ("<34>1 2003-13-11T22:14:15.003Z m su - ID47 - x", "badTime"),
        ("<34>1 - m su - - - x", "noTime"),
        ("<1>12 - m - - ID47 - x", "badLine"),
        ("Foo 11 22:14:15 m su: x", "badTime"),
        ("Oct 11 25:14:15 m su: x", "badTime"),
        ("CEF:0|a|b|1|2", "badLine"),
        ("CEF:0|a|b|1|2|n|3|rt=99999999999999999999", "badTime"),
        ("CEF:0|a|b|1|2|n|3|rt=yesterday", "badTime"),
        ("unparsable line", "badLine"),
    ],
)
def test_lines_that_are_refused(line: str, reason: str) -> None:
    with pytest.raises(LineFault) as caught:
        parse_line(line, _calendar())
    assert caught.value.reason == reason


def test_the_structured_data_is_not_the_message() -> None:
    line = '<86>1 2026-11-20T10:00:00Z h sshd 8 - [a@1 k="] x"][b@2] Failed password for root'
    assert parse_line(line, _calendar()).message == "Failed password for root"


def test_other_words_for_a_failure_are_an_option(read_file: Reader) -> None:
    line = "<86>1 2026-11-20T10:00:00Z h app - - - Sai mật khẩu cho cb001\n"
    batch = read_file("security.logins", line, failed=("^Sai mật khẩu",))
    assert list(values(batch, indicator="failed_logins").values()) == [1]


@pytest.mark.real_files
def test_the_real_ssh_log_has_its_failures(real_data: Path, city: City) -> None:
    contract = city.datasets["security.logins"]
    files = contract.source.files(real_data)
    batch = joined(list(registry.read(files, contract=contract, city=city)))
    assert batch.rejected == []
    assert sum(values(batch, indicator="events").values()) == 2008  # two lines say x 5
    assert 500 <= sum(values(batch, indicator="failed_logins").values()) <= 560
    assert sum(values(batch, indicator="accepted_logins").values()) == 1
    assert batch.observations is not None
    good = check(batch, contract, now=batch.observations["observed_at"].max())
    assert good.rejected == []


@pytest.mark.real_files
def test_the_real_edge_cases_are_refused_one_by_one(real_data: Path, city: City) -> None:
    contract = city.datasets["security.logins"]
    files = sorted((real_data / "security" / "syslog").iterdir())
    batch = joined(list(syslog.read(files, contract=contract, city=city)))
    assert reasons(batch) == {
        "cef_a.log:3": "noTime",
        "cef_a.log:4": "noTime",
        "cef_a.log:5": "noTime",
        "syslog-3164.out:2": "badPriority",
        "syslog-3164.out:35": "badLine",
        "syslog-5424.out:2": "badTime",
        "syslog-5424.out:9": "badLine",
        "syslog-5424.out:11": "badLine",
    }
