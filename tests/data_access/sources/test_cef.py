"""CEF as the format says and as products write it; structured data of RFC 5424."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.sources import cef
from data_access.sources.cef import NoCef, parse, severity_of
from data_access.sources.structured_data import elements


def _fields(extension: str) -> dict[str, str]:
    return dict(parse(f"CEF:0|v|p|1|2|n|3|{extension}").fields)


def test_a_header_is_unescaped_and_may_hold_anything() -> None:
    event = parse(r"CEF:0|Trend \| Micro|a\\|<DSA version>|4000000|Eicar_test_file|6|x=1")
    assert (event.vendor, event.product) == ("Trend | Micro", "a\\")
    assert (event.device_version, event.class_id) == ("<DSA version>", "4000000")
    assert (event.name, event.severity) == ("Eicar_test_file", 6)


@pytest.mark.parametrize(
    ("extension", "fields"),
    [
        ("", {}),
        ("a=1 b=two words c=", {"a": "1", "b": "two words", "c": ""}),
        (r"msg=a \= b \\ c\nd \| e act=x", {"msg": "a = b \\ c\nd | e", "act": "x"}),
        ("cs6=A | B | C cs6Label=D", {"cs6": "A | B | C", "cs6Label": "D"}),
        ('msg="EventID=18 rt=5 x" act=x', {"msg": '"EventID=18 rt=5 x"', "act": "x"}),
        ('msg="never closed act=x', {"msg": '"never closed', "act": "x"}),
        ("url=http://x/?q=1&r=2 act=x", {"url": "http://x/?q=1&r=2", "act": "x"}),
        ("a=1 a=2", {"a": "1"}),
        ("no pairs here", {}),
        (r"filePath=C:\Users\x act=Delete", {"filePath": "C:\\Users\\x", "act": "Delete"}),
    ],
)
def test_an_extension_is_read_as_products_write_it(extension: str, fields: dict[str, str]) -> None:
    assert _fields(extension) == fields


def test_custom_fields_are_called_by_their_labels() -> None:
    event = parse("CEF:0|v|p|1|2|n|3|cs1=x cs1Label=Quarantine File cn2=7 cn2Label=Size cs3Label=?")
    assert event.labelled == {"Quarantine File": "x", "Size": "7"}


@pytest.mark.parametrize(
    ("text", "severity"),
    [("0", 0), ("10", 10), ("6", 6), ("Low", 2), ("Medium", 5), ("High", 7.5), ("Very-High", 9.5),
     ("very high", 9.5), ("Unknown", None), ("11", None), ("", None), ("-1", None), ("x", None)],
)  # fmt: skip
def test_a_severity_is_a_number_or_a_word(text: str, severity: float | None) -> None:
    assert severity_of(text) == severity


@pytest.mark.parametrize("text", ["CEF:0|a|b|c", "CEF:0|a|b|c|d|e|f", "CEF:x|", "", "LEEF:1.0|"])
def test_what_is_no_cef_says_so(text: str) -> None:
    with pytest.raises(NoCef):
        parse(text)


def test_a_long_line_of_separators_is_read_in_time() -> None:
    assert len(_fields(" ".join(f"k{n}=v" for n in range(5000)))) == 5000
    assert _fields("a=" + "\\" * 60_000)
    assert _fields('a="' + "b " * 30_000)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-", {}),
        ("", {}),
        ('[a@1 b="10\\] 11" c="x\\"y\\\\"]', {"a@1": {"b": "10] 11", "c": 'x"y\\'}}),
        ('[a@1][b@2 x="y"]', {"a@1": {}, "b@2": {"x": "y"}}),
        ('[a@1 b="1" b="2"]', {"a@1": {"b": "1"}}),
        ('[a@1 b="never closed', {}),
        ('[a@1 b="1"] [c]', {"a@1": {"b": "1"}}),
        ('[a@1 b="\\n"]', {"a@1": {"b": "\\n"}}),  # no escape of the standard: as it stands
    ],
)
def test_structured_data_is_read_with_its_escapes(
    text: str, found: dict[str, dict[str, str]]
) -> None:
    assert elements(text) == found


@pytest.mark.real_files
def test_the_real_lines_are_read(real_data: Path) -> None:
    lines = (real_data / "security/syslog/cef_a.log").read_text().splitlines()
    events = [parse(line) for line in lines if line.startswith("CEF")]
    assert {event.vendor for event in events} >= {"Fortinet", "Trend Micro", "Incapsula"}
    deceptor = events[0]
    assert deceptor.time == "2020-12-08 16:59:33"
    assert deceptor.fields["action"] == "Incident_Detection"
    assert "IncidentID" not in deceptor.fields  # it stands in quotes
    agent = next(e for e in events if e.fields.get("cs6Label") == "Container")
    assert agent.labelled["Container"] == "ContainerImageName | ContainerName | ContainerID"
    assert cef.WORDS["medium"] == agent.severity
