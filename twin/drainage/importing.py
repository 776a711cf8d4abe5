"""Any SWMM model (.inp) as a model of this room: validated by SWMM itself, its parts to be picked.

Its own text is kept whole, in its own units (units.py); rain comes from scenarios in place of its
own. A model that names other files is refused: they would be read and written wherever it says.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from swmm_api import SwmmInput, SwmmReport
from swmm_api.input_file.sections import RainGage

from data_access.areas import Areas
from data_access.envelope import Text
from data_access.kept_file import keep
from data_access.spelling import ascii_key
from jobs.working import WorkFailed
from language import told
from settings import Settings
from twin.drainage.building import report_section
from twin.drainage.engine import check_case
from twin.drainage.model import Model, Place, Pool, Pumps, Sluice, digest_of
from twin.drainage.options import limits_of_rain
from twin.drainage.scenario import ALL, CITY_MODEL
from twin.drainage.units import UNITS, Units
from twin.result import text

MOST_BYTES = 20 * 1024 * 1024
MOST_NODES = 5000
MOST_PICKED = 400  # of conduits, the largest: more cannot be told apart on a map
NO_RAIN = "no-rain"  # the series of gages whose rain stood in a file
ELSEWHERE = ("FILES", "BACKDROP")
_FILE = re.compile(r"^[^;\n]*\bFILE\b", re.IGNORECASE | re.MULTILINE)
_OF_A_PLANE = re.compile(r"^\s*UNITS\s+(FEET|METERS)\b", re.IGNORECASE | re.MULTILINE)
_WITH_FILES = ("TIMESERIES", "TEMPERATURE", "EVAPORATION", "HYDROGRAPHS")
READ = (
    "OPTIONS", "RAINGAGES", "JUNCTIONS", "STORAGE", "OUTFALLS", "CONDUITS", "PUMPS", "ORIFICES",
    "XSECTIONS", "COORDINATES",
)  # fmt: skip
# Sections that are open above (SWMM 5.2 reference manual, volume II, table 5-3).
_OPEN = ("RECT_OPEN", "TRAPEZOIDAL", "TRIANGULAR", "PARABOLIC", "POWER", "IRREGULAR")
_HIGHEST_RIVER_M = 20.0  # over the bottom of an outfall


def folder_of(settings: Settings) -> Path:
    """The folder where imported models are kept."""
    return settings.data_dir / "twin" / "drainage"


def imported_ids(settings: Settings) -> list[str]:
    """Return the ids of the models that were imported."""
    return sorted(path.stem for path in folder_of(settings).glob("*.inp"))


def edition(settings: Settings, model_id: str) -> tuple[int, int]:
    """Return what changes with the kept file of a model, without reading it; (0, 0) for none."""
    path = folder_of(settings) / f"{model_id}.inp"
    if not path.is_file():
        return 0, 0
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def hash_of(settings: Settings, model_id: str) -> str:
    """Return the hash of an imported model's text; raises WorkFailed where there is none."""
    return digest_of(_kept(settings, model_id))


def import_model(file: Path, settings: Settings) -> str:
    """Keep a .inp as a model and return its id; raises WorkFailed with SWMM's own reason."""
    model_id = re.sub(r"[^a-z0-9]+", "-", ascii_key(file.stem)).strip("-")[:60]
    if not model_id or model_id == CITY_MODEL:
        raise WorkFailed("input", f"{file.name}: expected another file name")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise WorkFailed("input", f"{file.name}: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise WorkFailed("input", f"{file.name}: more than {MOST_BYTES} bytes")
    made = model_of(content.decode("utf-8", "replace"), model_id)
    keep(folder_of(settings) / f"{model_id}.inp", made.text.encode())
    return model_id


def imported_model(settings: Settings, model_id: str, areas: Areas | None = None) -> Model:
    """Open a model that was imported; raises WorkFailed."""
    return model_of(_kept(settings, model_id), model_id, areas)


def _kept(settings: Settings, model_id: str) -> str:
    try:
        return (folder_of(settings) / f"{model_id}.inp").read_text("utf-8")
    except OSError as error:
        raise WorkFailed(
            "input", told("no model {model!r} has been imported", model=model_id)
        ) from error


def model_of(content: str, model_id: str, areas: Areas | None = None) -> Model:
    """Return a .inp as a model; raises WorkFailed("input") or, for what SWMM says, ("engine")."""
    inp = _read(content)
    units = UNITS[_flow_units(inp)]
    report = report_section()
    report["INPUT"] = "YES"
    inp["REPORT"] = report
    with tempfile.TemporaryDirectory(prefix="swmm-") as scratch:
        said = check_case(str(inp.to_string()), Path(scratch))
        full = _full_flows(said, units)
    inp["REPORT"] = report_section()
    written = str(inp.to_string())
    name = text(model_id, model_id)
    places = tuple(_places(inp, areas, units))
    model = Model(
        id=model_id,
        name=name,
        text=written,
        options={},
        places=places,
        pools={pool.id: pool for pool in _pools(inp, units)},
        stations={p: Pumps(p, text(p, p), (p,)) for p in inp.get("PUMPS", {})},
        stretches={conduit: (conduit,) for conduit in inp.get("CONDUITS", {}) if conduit in full},
        full_m3s=full,
        sluices={sluice.id: sluice for sluice in _sluices(inp, units)},
        spots=(),
        gages=dict.fromkeys(inp.get("RAINGAGES", {}), ALL),
        river=_river(inp),
        river_level_m=_river_level(inp, units),
        invented=(),
        geometry={"twin.nodes": _drawn(places)},
        waters=_waters(inp),
        limits=tuple(_limits(model_id, places, is_rained_on=_is_rained_on(inp), units=units)),
        units=units,
        digest=digest_of(written),
    )
    return _with_options(model, inp)


def _read(content: str) -> SwmmInput:
    try:
        inp = SwmmInput.read_text(content)
        for section in _WITH_FILES:
            if isinstance(inp._data.get(section), str) and _FILE.search(inp._data[section]):
                raise WorkFailed("input", f"[{section}] names another file; expected it within")
        if _FILE.search(str(inp._data.get("FILES", ""))) or "SAVE" in str(inp._data.get("FILES")):
            raise WorkFailed("input", "[FILES] names other files; expected none")
        for section in ELSEWHERE:
            inp._data.pop(section, None)
        for section in READ:
            if section in inp:
                inp[section]
        _without_rain_files(inp)
    except WorkFailed:
        raise
    except Exception as error:
        raise WorkFailed("input", f"no readable .inp: {error}") from error
    options = inp.get("OPTIONS", {})
    missing = [key for key in ("START_DATE", "START_TIME", "FLOW_UNITS") if key not in options]
    if missing:
        raise WorkFailed("input", f"[OPTIONS] has no {missing[0]}")
    if _flow_units(inp) not in UNITS:
        raise WorkFailed("input", f"FLOW_UNITS {_flow_units(inp)}; expected {', '.join(UNITS)}")
    nodes = sum(len(inp.get(kind, {})) for kind in ("JUNCTIONS", "STORAGE", "OUTFALLS"))
    if not 1 <= nodes <= MOST_NODES:
        raise WorkFailed("input", f"{nodes} nodes; expected 1 to {MOST_NODES}")
    return inp


def _without_rain_files(inp: SwmmInput) -> None:
    """Give gages that read a file a series without rain: scenarios bring theirs in any case."""
    gages = inp.get("RAINGAGES", {})
    of_files = [gage for gage in gages.values() if str(gage.source).upper() == "FILE"]
    for gage in of_files:
        gages[gage.name] = RainGage(
            gage.name, gage.form, gage.interval, gage.SCF, "TIMESERIES", NO_RAIN
        )
    if of_files:
        none = SwmmInput.read_text(f"[TIMESERIES]\n{NO_RAIN} 0 0\n{NO_RAIN} 1 0")
        inp.update(none, convert_inp_data=False)


def _flow_units(inp: SwmmInput) -> str:
    return str(inp["OPTIONS"]["FLOW_UNITS"]).upper()


def _full_flows(report: Path, units: Units) -> dict[str, float]:
    table = SwmmReport(report).cross_section_summary
    if table is None or "Full_Flow" not in table:
        return {}
    return {
        str(name): round(float(flow) * units.flow_m3s, 6)
        for name, flow in table["Full_Flow"].items()
    }


def _places(inp: SwmmInput, areas: Areas | None, units: Units) -> Iterator[Place]:
    ponds = str(inp["OPTIONS"].get("ALLOW_PONDING", "NO")).upper() in ("YES", "TRUE")
    at = _positions(inp)
    for name, junction in inp.get("JUNCTIONS", {}).items():
        lat, lon = at.get(name, (None, None))
        area = None if areas is None or lat is None or lon is None else areas.at(lat, lon)
        pond = float(junction.area_ponded) * units.area_m2 if ponds else 0.0
        full_m = float(junction.depth_max) * units.length_m
        yield Place(name, area, full_m, pond, lat, lon)


def _positions(inp: SwmmInput) -> dict[str, tuple[float, float]]:
    """Return lat and lon of the nodes that have them: coordinates of a plane are none."""
    if _OF_A_PLANE.search(str(inp._data.get("MAP", ""))):
        return {}
    return {
        str(name): (float(each.y), float(each.x))
        for name, each in inp.get("COORDINATES", {}).items()
        if -180 <= each.x <= 180 and -90 <= each.y <= 90
    }


def _waters(inp: SwmmInput) -> dict[str, tuple[float, float]]:
    """Return the nodes of open water with their places: ends of open channels, and storages."""
    sections = inp.get("XSECTIONS", {})
    open_water = set(inp.get("STORAGE", {}))
    for name, each in inp.get("CONDUITS", {}).items():
        if name in sections and str(sections[name].shape).upper() in _OPEN:
            open_water |= {each.from_node, each.to_node}
    followed = {*inp.get("JUNCTIONS", {}), *inp.get("STORAGE", {})}
    at = _positions(inp)
    return {node: at[node] for node in sorted(open_water & followed) if node in at}


def _pools(inp: SwmmInput, units: Units) -> Iterator[Pool]:
    for name, each in inp.get("STORAGE", {}).items():
        bed, level, brim = (
            round((float(each.elevation) + depth) * units.length_m, 3)
            for depth in (0.0, float(each.depth_init), float(each.depth_max))
        )
        yield Pool(name, text(name, name), name, bed, level, brim)


def _sluices(inp: SwmmInput, units: Units) -> Iterator[Sluice]:
    for name in inp.get("ORIFICES", {}):
        height_m = float(inp["XSECTIONS"][name].height) * units.length_m
        yield Sluice(name, name, height_m, 1.0)


def _river(inp: SwmmInput) -> str | None:
    fixed = (name for name, each in inp.get("OUTFALLS", {}).items() if each.kind == "FIXED")
    return next(fixed, None)


def _river_level(inp: SwmmInput, units: Units) -> float | None:
    name = _river(inp)
    return None if name is None else round(float(inp["OUTFALLS"][name].data) * units.length_m, 3)


def _is_rained_on(inp: SwmmInput) -> bool:
    """Tell whether a storm can reach a model: by its catchments, or by what leaks into sewers."""
    told = "\n".join(str(inp._data.get(name, "")) for name in ("SUBCATCHMENTS", "RDII"))
    return any(line.strip() and not line.lstrip().startswith(";") for line in told.splitlines())


def _limits(
    model_id: str, places: tuple[Place, ...], *, is_rained_on: bool, units: Units
) -> Iterator[Text]:
    yield text(
        f"Mô hình nhập vào “{model_id}”, không phải mô hình của thành phố; không biết điểm đen nào",
        f"The imported model “{model_id}”, not the city's own; no black spots are known in it",
    )
    if units.is_us:
        yield text(
            f"Mô hình dùng đơn vị Mỹ (feet, inch, {units.flow}), đã đổi sang mét, mm, m³/s",
            f"The model is in US units (feet, inches, {units.flow}), told here in m, mm and m³/s",
        )
    if is_rained_on:
        yield text(
            "Mưa rơi như nhau trên toàn mô hình nhập vào",
            "The same rain falls on all of an imported model",
        )
    else:
        yield text(
            "Mô hình không có tiểu lưu vực nào: trận mưa không làm thay đổi gì",
            "The model has no sub-catchment: no storm changes anything in it",
        )
    dry = sum(place.ponding_m2 <= 0 for place in places)
    if dry:
        yield text(
            f"{dry} nút không có diện tích đọng nước: ở đó chỉ tính lượng tràn, không có độ sâu",
            f"{dry} nodes have no ponding area: there only lost volume is known, no depth",
        )
    if any(place.lat is None for place in places):
        yield text(
            "Một số nút không có tọa độ WGS84: không có trên bản đồ",
            "Some nodes have no WGS84 position: they are on no map",
        )


def _drawn(places: tuple[Place, ...]) -> Mapping[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": place.id,
                "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
                "properties": {"id": place.id},
            }
            for place in places
            if place.lat is not None
        ],
    }


def _with_options(model: Model, inp: SwmmInput) -> Model:
    where = _positions(inp)

    def listed(name: str, node: str, **more: Any) -> dict[str, Any]:
        lat, lon = where.get(node, (None, None))
        return {"id": name, "name": text(name, name), "lat": lat, "lon": lon, **more}

    def conduit(name: str) -> dict[str, Any]:
        of = inp["CONDUITS"][name]
        ends = [list(where[node]) for node in (of.from_node, of.to_node) if node in where]
        drawn = {"places": ends} if len(ends) > 1 else {}
        return listed(name, of.from_node, kind="sewer", **drawn)

    largest = sorted(model.stretches, key=lambda c: (-model.full_m3s[c], c))[:MOST_PICKED]
    level = 0.0 if model.river_level_m is None else model.river_level_m
    options = {
        "model": model.id,
        "name": model.name,
        "nodes": len(model.places),
        "leftOut": max(0, len(model.stretches) - MOST_PICKED),
        "invented": [],
        "storms": [],
        "rain": limits_of_rain(),
        "river": {
            "id": model.river,
            "name": text(model.river or "-", model.river or "-"),
            "levelM": model.river_level_m,
            "leastM": level - _HIGHEST_RIVER_M,
            "mostM": level + _HIGHEST_RIVER_M,
            "marks": {},
        },
        "stations": [
            listed(p, inp["PUMPS"][p].from_node, pumps=1, flowM3S=None, canPumpEarly=False)
            for p in model.stations
        ],
        "conduits": [conduit(c) for c in largest],
        "lakes": [
            listed(
                pool.id,
                pool.node,
                levelM=pool.level_m,
                mostDrawdownM=round(pool.level_m - pool.bed_m, 2),
            )
            for pool in model.pools.values()
        ],
        "gates": [
            listed(sluice.id, inp["ORIFICES"][sluice.orifice].from_node, open=sluice.open)
            for sluice in model.sluices.values()
        ],
        "blackSpots": [],
        "areas": [],
    }
    return replace(model, options=options)
