"""SDMX: one series in every syntax, units with their multiples, revisions, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data_access.contracts import Indicator
from data_access.errors import SourceError, SourceWrongFormat
from data_access.model import Batch
from data_access.sources import registry
from tests.data_access.sources.conftest import Reader, home, joined, values

MES = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
GEN = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"
HEADER = (
    "<mes:Header><mes:ID>x</mes:ID><mes:Test>{test}</mes:Test>"
    "<mes:Prepared>2026-04-06T09:00:00</mes:Prepared>"
    '<mes:Structure structureID="S" dimensionAtObservation="{at}"/></mes:Header>'
)


def _ml(root: str, body: str, *, at: str = "TIME_PERIOD", test: str = "false") -> str:
    return (
        f'<?xml version="1.0"?><mes:{root} xmlns:mes="{MES}" xmlns:gen="{GEN}">'
        f'{HEADER.format(at=at, test=test)}<mes:DataSet structureRef="S">{body}</mes:DataSet>'
        f"</mes:{root}>"
    )


def _generic(**values_of: str) -> str:
    return "".join(f'<gen:Value id="{name}" value="{code}"/>' for name, code in values_of.items())


KEY = {"FREQ": "Q", "REF_AREA": "VN48", "MEASURE": "GRDP", "PRICE": "V"}
UNIT = {"UNIT_MEASURE": "VND", "UNIT_MULT": "9"}
STRUCTURE = {
    "dimensions": {
        "dataSet": [],
        "series": [{"id": name, "values": [{"id": code}]} for name, code in KEY.items()],
        "observation": [{"id": "TIME_PERIOD", "values": [{"id": "2026-Q1"}]}],
    },
    "attributes": {
        "dataSet": [],
        "series": [{"id": name, "values": [{"id": code}]} for name, code in UNIT.items()],
        "observation": [{"id": "OBS_STATUS", "values": [{"id": "P"}]}],
    },
}
SERIES = {"0:0:0:0": {"attributes": [0, 0], "observations": {"0": [38500.5, 0]}}}

SYNTAXES: dict[str, str] = {
    "ML generic": _ml(
        "GenericData",
        f"<gen:Series><gen:SeriesKey>{_generic(**KEY)}</gen:SeriesKey>"
        f"<gen:Attributes>{_generic(**UNIT)}</gen:Attributes>"
        '<gen:Obs><gen:ObsDimension value="2026-Q1"/><gen:ObsValue value="38500.5"/>'
        f'<gen:Attributes>{_generic(OBS_STATUS="P")}</gen:Attributes></gen:Obs></gen:Series>',
    ),
    "ML generic, flat, its unit in a group": _ml(
        "GenericData",
        f'<gen:Group type="G"><gen:GroupKey>{_generic(MEASURE="GRDP", PRICE="V")}</gen:GroupKey>'
        f"<gen:Attributes>{_generic(**UNIT)}</gen:Attributes></gen:Group>"
        f"<gen:Obs><gen:ObsKey>{_generic(**KEY, TIME_PERIOD='2026-Q1')}</gen:ObsKey>"
        '<gen:ObsValue value="38500.5"/>'
        f'<gen:Attributes>{_generic(OBS_STATUS="P")}</gen:Attributes></gen:Obs>',
        at="AllDimensions",
    ),
    "ML structure specific": _ml(
        "StructureSpecificData",
        '<Series FREQ="Q" REF_AREA="VN48" MEASURE="GRDP" PRICE="V" UNIT_MEASURE="VND" '
        'UNIT_MULT="9"><Obs TIME_PERIOD="2026-Q1" OBS_VALUE="38500.5" OBS_STATUS="P"/></Series>',
    ),
    "ML structure specific, flat": _ml(
        "StructureSpecificData",
        '<Obs FREQ="Q" REF_AREA="VN48" MEASURE="GRDP" PRICE="V" UNIT_MEASURE="VND" UNIT_MULT="9" '
        'TIME_PERIOD="2026-Q1" OBS_VALUE="38500.5" OBS_STATUS="P"/>',
        at="AllDimensions",
    ),
    "ML structure specific, its unit in a group": _ml(
        "StructureSpecificData",
        '<Group REF_AREA="VN48" MEASURE="GRDP" UNIT_MEASURE="VND" UNIT_MULT="9"/>'
        '<Group REF_AREA="VN01" MEASURE="GRDP" UNIT_MEASURE="USD" UNIT_MULT="6"/>'
        '<Series FREQ="Q" REF_AREA="VN48" MEASURE="GRDP" PRICE="V">'
        '<Obs TIME_PERIOD="2026-Q1" OBS_VALUE="38500.5" OBS_STATUS="P"/></Series>',
    ),
    "ML 2.0, by concepts": '<GenericData><Header><Prepared>2026-04-06</Prepared></Header><DataSet>'
    "<Series><SeriesKey>"
    + "".join(f'<Value concept="{n}" value="{c}"/>' for n, c in {**KEY, **UNIT}.items())
    + '</SeriesKey><Obs><Time>2026-Q1</Time><ObsValue value="38500.5"/><Attributes>'
    '<Value concept="OBS_STATUS" value="P"/></Attributes></Obs></Series></DataSet></GenericData>',
    "JSON 1.0": json.dumps(
        {"header": {"id": "x"}, "structure": STRUCTURE, "dataSets": [{"series": SERIES}]}
    ),
    "JSON 2.0": json.dumps(
        {"meta": {}, "data": {"structures": [STRUCTURE], "dataSets": [{"series": SERIES}]}}
    ),
    "CSV 1.0": f"DATAFLOW,{','.join(KEY)},TIME_PERIOD,OBS_VALUE,OBS_STATUS,{','.join(UNIT)}\n"
    f"NSO:GRDP(1.0),{','.join(KEY.values())},2026-Q1,38500.5,P,{','.join(UNIT.values())}\n",
    "CSV 2.0": f"STRUCTURE;STRUCTURE_ID;ACTION;{';'.join(KEY)};TIME_PERIOD;OBS_VALUE;OBS_STATUS;"
    f"{';'.join(UNIT)}\ndataflow;NSO:GRDP(1.0);A;{';'.join(KEY.values())};2026-Q1;38500.5;P;"
    f"{';'.join(UNIT.values())}\n",
}  # fmt: skip


def _rows(batch: Batch) -> list[tuple[Any, ...]]:
    assert batch.observations is not None
    columns = ["indicator", "entity", "area", "value", "quality"]
    return list(batch.observations[columns].itertuples(index=False, name=None))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_one_series_is_the_same_in_every_syntax(read_file: Reader, syntax: str) -> None:
    batch = read_file("statistics.grdp", SYNTAXES[syntax])
    assert _rows(batch) == [("grdp", "VN48", "city", 38500.5, "estimated")]
    assert values(batch) == {"2026-01-01 00:00": 38500.5}
    assert not batch.rejected


def test_a_later_message_revises_an_earlier_one_whatever_the_files_are_called(
    read_small: Reader,
) -> None:
    batch = read_small("statistics.grdp")
    assert batch.observations is not None
    frame = batch.observations
    first = frame[(frame["indicator"] == "grdp") & (frame["entity"] == "VN48")]
    quarter = first[first["observed_at"] == "2025-12-31T17:00:00Z"]
    assert list(quarter["value"]) == [38500.5, 38600]  # in April, in July
    assert list(quarter["quality"]) == ["estimated", "good"]


def test_multiples_groups_and_text_become_the_contract_s_unit(read_small: Reader) -> None:
    batch = read_small("statistics.grdp", "grdp_0.json")
    assert values(batch, entity="VN48") == {
        "2026-01-01 00:00": 38600,
        "2026-04-01 00:00": 41000,
    }
    assert values(batch, area="20242") == {"2026-04-01 00:00": 5000}


def test_what_is_refused_is_named_by_its_place(read_small: Reader) -> None:
    refused = {each.source_ref: each.reason for each in read_small("statistics.grdp").rejected}
    assert refused == {
        "grdp_1.xml#DataSet[1]/Series[1]/Obs[3]": "badTime",  # year 203
        "grdp_1.xml#DataSet[1]/Series[1]/Obs[4]": "badTime",  # a fifth quarter
        "grdp_1.xml#DataSet[1]/Series[1]/Obs[5]": "notANumber",
        "grdp_1.xml#DataSet[1]/Series[1]/Obs[6]": "noTime",
        "grdp_1.xml#DataSet[1]/Series[3]/Obs[1]": "unknownUnit",
        "grdp_0.json#dataSets[1].series[0:0].observations[7]": "badRow",
        "grdp_0.json#dataSets[1].dimensionGroupAttributes[::9::]": "badRow",
        "grdp_2.csv:4": "badRow",
    }


def test_what_is_said_to_be_missing_is_absent(read_small: Reader) -> None:
    assert values(read_small("statistics.grdp", "*.csv")) == {"2025-07-01 00:00": 37000}
    assert "2026-04-01 00:00" not in values(read_small("statistics.grdp", "*.xml"))


def test_low_reliability_is_suspect(read_small: Reader) -> None:
    rows = _rows(read_small("statistics.grdp", "*.xml"))
    assert ("grdp_growth", "VN48", "city", 9.36, "suspect") in rows


def test_a_message_that_is_a_test_is_refused_unless_asked_for(read_file: Reader) -> None:
    text = _ml("StructureSpecificData", "<Series/>", test="true")
    with pytest.raises(SourceWrongFormat, match="a test"):
        read_file("statistics.grdp", text)
    assert [r.reason for r in read_file("statistics.grdp", text, tests=True).rejected] == [
        "noSeries"
    ]


def test_a_message_without_any_of_the_series_says_so(read_file: Reader) -> None:
    batch = read_file("statistics.grdp", SYNTAXES["JSON 1.0"].replace("GRDP", "OTHER"))
    (refused,) = batch.rejected
    assert refused.reason == "noSeries"
    assert "OTHER" in refused.detail


def test_a_deletion_is_counted_not_done(read_file: Reader) -> None:
    text = SYNTAXES["CSV 2.0"].replace(";A;", ";D;")
    batch = read_file("statistics.grdp", text)
    assert batch.observations is None
    assert [each.reason for each in batch.rejected] == ["deletion"]


@pytest.mark.parametrize("multiple", ["99", "x", "-400"])
def test_a_multiple_that_cannot_be_is_refused(read_file: Reader, multiple: str) -> None:
    text = SYNTAXES["ML structure specific"].replace('UNIT_MULT="9"', f'UNIT_MULT="{multiple}"')
    batch = read_file("statistics.grdp", text)
    assert [each.reason for each in batch.rejected] == ["unknownUnit"]


@pytest.mark.parametrize(
    "text",
    [
        '<m:Error xmlns:m="x"><m:ErrorMessage code="100"><t>None</t></m:ErrorMessage></m:Error>',
        '<mes:Structure xmlns:mes="x"/>',
        '{"errors": [{"code": 404, "title": "No results"}]}',
        '{"data": {"structures": [], "dataSets": 3}}',
        '{"structure": {"dimensions": {}}, "dataSets": [{"series": [1]}]}',
        "DATAFLOW,FREQ\nx,Q\n",
        'DATAFLOW,TIME_PERIOD,OBS_VALUE\n"x\n',
    ],
)
def test_what_is_no_data_message_is_refused(read_file: Reader, text: str) -> None:
    with pytest.raises(SourceError):
        read_file("statistics.grdp", text)


# ---------------------------------------------------------------- real files


@pytest.fixture
def read_real(real_data: Path) -> Reader:
    """Read a real message with series of the test's own."""
    city, _ = home("statistics.grdp")
    contract = city.datasets["statistics.grdp"]

    def read(name: str, **options: Any) -> Batch:
        indicators = {
            indicator: Indicator(name={"vi": indicator, "en": indicator}, unit=unit)
            for indicator, unit in options.pop("units_of").items()
        }
        source = replace(contract.source, options=options)
        made = replace(contract, indicators=indicators, source=source)
        path = real_data / "socioeconomic" / "sdmx" / name
        return joined(list(registry.read([path], contract=made, city=city)))

    return read


@pytest.mark.real_files
@pytest.mark.parametrize(
    ("name", "currency", "count", "first"),
    [
        ("ECB_EXR_1_M.USD.EUR.SP00.A.xml", "USD", 252, ("1999-01-01 00:00", 1.16078)),
        ("ECB_EXR_ng-ts.xml", "CHF", 3, ("2010-08-01 00:00", 1.3413)),
        ("ECB_EXR_rg-flat.xml", "CHF", 3, ("2010-08-01 00:00", 1.3413)),
        ("ECB_EXR_ts.json", "NZD", 2, ("2013-01-18 00:00", 1.5931)),
        ("twg_exr-time-series.json", "NZD", 2, ("2013-01-18 00:00", 1.5931)),
    ],
)
def test_real_exchange_rates_are_read_in_all_syntaxes(
    read_real: Reader, name: str, currency: str, count: int, first: tuple[str, float]
) -> None:
    batch = read_real(
        name,
        units_of={"rate": currency},
        indicators={"rate": {"where": {"CURRENCY": currency, "CURRENCY_DENOM": "EUR"}}},
        entity="CURRENCY",
        tests=True,
    )
    found = values(batch)
    assert len(found) == count
    assert (min(found), found[min(found)]) == first
    assert not batch.rejected


@pytest.mark.real_files
def test_a_real_message_with_groups_multiples_and_texts_is_read(read_real: Reader) -> None:
    batch = read_real(
        "twg_agri.json",
        units_of={"rice": "nghìn tấn"},
        indicators={"rice": {"where": {"FREQ": "A"}}},
        units={"TONES": "tấn"},
        areas={"ASIKHM": "city"},
        tests=True,
    )
    assert len(values(batch, entity="ASIKHM002")) == 4
    assert values(batch, area="city")["2014-01-01 00:00"] == 5228.33
    assert not batch.rejected


@pytest.mark.real_files
def test_real_tariffs_and_structures(read_real: Reader) -> None:
    series = {"tariff": {"where": {"REPORTER": "840"}}}
    batch = read_real("WB_gh-78.xml", units_of={"tariff": ""}, indicators=series, entity="PARTNER")
    assert values(batch) == {"1989-01-01 00:00": 0}
    for name in ("ECB_EXR_1_structure.xml", "ESTAT_demography-structure.xml"):
        with pytest.raises(SourceWrongFormat, match="<Structure>"):
            read_real(name, units_of={"tariff": ""}, indicators=series)
