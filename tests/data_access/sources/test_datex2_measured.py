"""Measured traffic in DATEX II: by site and index, in both versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.errors import SourceWrongFormat
from data_access.sources import registry
from tests.data_access.sources.conftest import DANANG_LAKE, Reader, home, joined, reasons, values

DATASET = "transport.detectors"
AT = "2026-08-01 08:00"


def test_a_site_is_where_the_table_has_it(read_small: Reader) -> None:
    batch = read_small(DATASET)
    (site,) = batch.entities
    assert (site.entity, site.name, site.area) == ("S1", "Cầu Rồng", "20242")
    assert values(batch, indicator="detector_flow", area="20242") == {AT: 1010}


@pytest.mark.parametrize("name", ["locationForDisplay", "coordinatesForDisplay"])
def test_a_site_may_have_only_a_point_to_draw_it(read_file: Reader, name: str) -> None:
    content = (DANANG_LAKE / "datex2" / "measured.xml").read_text("utf-8")
    content = content.replace("loc:pointByCoordinates", f"loc:{name}")
    content = content.replace("<loc:pointCoordinates>", "").replace("</loc:pointCoordinates>", "")
    (site,) = read_file(DATASET, content).entities
    assert (site.entity, site.area) == ("S1", "20242")


def test_of_several_values_the_lowest_index_counts_unless_another_is_named(
    read_small: Reader, read_file: Reader
) -> None:
    assert values(read_small(DATASET), indicator="detector_speed") == {AT: 42.5}
    content = (DANANG_LAKE / "datex2" / "measured.xml").read_bytes()
    other = read_file(DATASET, content, indices={"speed": "10"})
    assert values(other, indicator="detector_speed") == {AT: 90}


def test_nothing_seen_and_faulty_values_are_absent_and_bad_ones_refused(
    read_small: Reader,
) -> None:
    batch = read_small(DATASET)
    assert values(batch, entity="S2") == {}
    assert reasons(batch) == {
        "measured.xml#2": "notANumber",
        "measured.xml#3": "badTime",
        "measured.xml#4": "emptyKey",
    }


def test_a_publication_of_something_else_is_refused(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match="without any"):
        read_file(DATASET, "<d2LogicalModel><payloadPublication/></d2LogicalModel>")


@pytest.mark.real_files
def test_the_real_speeds_are_read(real_data: Path) -> None:
    city, _ = home(DATASET)
    contract = city.datasets[DATASET]
    path = real_data / "transport/datex2/france_speeds.xml"
    batch = joined(list(registry.read([path], contract=contract, city=city)))
    at = "2026-07-25 13:30"
    assert values(batch, entity="MUM76.h1", indicator="detector_speed") == {at: 112}
    assert values(batch, entity="A0001011200", indicator="detector_flow") == {at: 1420}
    assert not batch.rejected


# ---------------------------------------------------------------- lanes

# As the Netherlands (NDW) and Switzerland say them, version 2: a table of what each index is.
D2 = (
    '<d2LogicalModel xmlns="http://datex2.eu/schema/2/2_0" modelBaseVersion="2"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)
SITE = "PZH01_MST_0029-00"


def table(*values: tuple[int, str, str, str]) -> str:
    """A site that measures (index, kind, lane, vehicles or a length)."""
    told = "".join(
        f'<measurementSpecificCharacteristics index="{index}"><measurementSpecificCharacteristics>'
        f"<period>60</period><specificLane>{lane}</specificLane>"
        f"<specificMeasurementValueType>{kind}</specificMeasurementValueType>"
        f"<specificVehicleCharacteristics>{vehicles}</specificVehicleCharacteristics>"
        "</measurementSpecificCharacteristics></measurementSpecificCharacteristics>"
        for index, kind, lane, vehicles in values
    )
    return (
        '<payloadPublication xsi:type="MeasurementSiteTablePublication"><measurementSiteTable>'
        f'<measurementSiteRecord id="{SITE}" version="13">{told}<measurementSiteLocation>'
        "<locationForDisplay><latitude>16.064</latitude><longitude>108.22</longitude>"
        "</locationForDisplay></measurementSiteLocation></measurementSiteRecord>"
        "</measurementSiteTable></payloadPublication>"
    )


def measured(**values: str) -> str:
    """What the site measured, by index: `i1="flow 600"`."""
    elements = {
        "flow": '<basicData xsi:type="TrafficFlow"><vehicleFlow><vehicleFlowRate>{}'
        "</vehicleFlowRate></vehicleFlow></basicData>",
        "speed": '<basicData xsi:type="TrafficSpeed"><averageVehicleSpeed><speed>{}'
        "</speed></averageVehicleSpeed></basicData>",
    }
    told = "".join(
        f'<measuredValue index="{name[1:]}"><measuredValue>'
        + elements[said.split()[0]].format(said.split()[1])
        + "</measuredValue></measuredValue>"
        for name, said in values.items()
    )
    return (
        '<payloadPublication xsi:type="MeasuredDataPublication"><siteMeasurements>'
        f'<measurementSiteReference id="{SITE}" version="13"/>'
        f"<measurementTimeDefault>2026-08-01T01:00:00Z</measurementTimeDefault>{told}"
        "</siteMeasurements></payloadPublication>"
    )


ANY = "<vehicleType>anyVehicle</vehicleType>"
SHORT = (
    "<lengthCharacteristic><comparisonOperator>lessThan</comparisonOperator>"
    "<vehicleLength>5.6</vehicleLength></lengthCharacteristic>"
)
TWO_LANES = (
    (1, "trafficFlow", "lane1", SHORT),
    (2, "trafficFlow", "lane1", ANY),
    (3, "trafficSpeed", "lane1", ANY),
    (4, "trafficFlow", "lane2", ANY),
    (5, "trafficSpeed", "lane2", ANY),
)


@pytest.mark.parametrize(
    ("values_said", "flow", "speed", "quality"),
    [
        ({"i1": "flow 9", "i2": "flow 600", "i3": "speed 80", "i4": "flow 200", "i5": "speed 60"},
         800, 75, "good"),
        ({"i2": "flow 600", "i3": "speed 80", "i4": "flow 0", "i5": "speed -1"}, 600, 80, "good"),
        ({"i2": "flow 600", "i3": "speed 80"}, 600, 80, "suspect"),
        ({"i2": "flow 0", "i3": "speed -1", "i4": "flow 0", "i5": "speed -1"}, 0, None, "good"),
        ({"i3": "speed 80", "i5": "speed 60"}, None, 70, "good"),
    ],
)  # fmt: skip
def test_all_lanes_of_a_site_make_one_number(
    read_file: Reader,
    values_said: dict[str, str],
    flow: float | None,
    speed: float | None,
    quality: str,
) -> None:
    content = f"{D2}{table(*TWO_LANES)}{measured(**values_said)}</d2LogicalModel>"
    batch = read_file(DATASET, content, lanes="all")
    assert values(batch, indicator="detector_flow") == ({} if flow is None else {AT: flow})
    assert values(batch, indicator="detector_speed") == ({} if speed is None else {AT: speed})
    if flow is not None and batch.observations is not None:
        flows = batch.observations[batch.observations["indicator"] == "detector_flow"]
        assert list(flows["quality"]) == [quality]
    assert not batch.rejected


def test_classes_add_up_where_nothing_is_said_of_all_vehicles(read_file: Reader) -> None:
    classes = [
        (11, "trafficFlow", "", "<vehicleType>car</vehicleType>"),
        (12, "trafficSpeed", "", "<vehicleType>car</vehicleType>"),
        (21, "trafficFlow", "", "<vehicleType>lorry</vehicleType>"),
        (22, "trafficSpeed", "", "<vehicleType>lorry</vehicleType>"),
    ]
    said = measured(i11="flow 300", i12="speed 90", i21="flow 100", i22="speed 70")
    content = f"{D2}{table(*classes)}{said}</d2LogicalModel>"
    batch = read_file(DATASET, content, lanes="all")
    assert values(batch, indicator="detector_flow") == {AT: 400}
    assert values(batch, indicator="detector_speed") == {AT: 85}
    alone = read_file(DATASET, f"{D2}{said}</d2LogicalModel>", lanes="all")  # without its table
    assert values(alone, indicator="detector_flow") == {AT: 300}
