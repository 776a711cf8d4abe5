"""The city folder read whole: who owns what, which datasets, scales, units, roads.

Read-only at run time. Walls and scenes in the same folder are the controller's to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as plain_dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field
from pydantic.dataclasses import dataclass

from data_access.areas import Areas, read_areas
from data_access.city_file import by_id, read_file, read_optional
from data_access.contracts import DatasetContract, Id, Named, Phone
from data_access.errors import CityError
from data_access.limits import NONE, Limit
from data_access.promises import STRICT
from data_access.register import Registration, read_register
from data_access.scales import Scale
from data_access.stage import StagePlan

# The folder that comes with the product: aggregates name its scales, and count in its units.
OWN_FOLDER = Path(__file__).resolve().parent.parent / "city"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Position:
    """A place on earth, WGS84."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Site:
    """A building with walls."""

    id: Id
    lat: float
    lon: float
    name: Named
    ceiling: dict[str, Any] | None = None  # what its walls may show: the controller's to read


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Core:
    """The part of the city where units are small and many."""

    name: Named
    south_west: Position
    north_east: Position

    def __post_init__(self) -> None:
        if self.south_west.lat >= self.north_east.lat or self.south_west.lon >= self.north_east.lon:
            raise ValueError("north_east must lie to the north and east of south_west")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Agency:
    """Who owns data and answers for it."""

    id: Id
    name: Named
    phone: Phone | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Node:
    """A junction."""

    id: str
    name: str
    lat: float
    lon: float


@plain_dataclass(frozen=True, slots=True)
class Link:
    """A road between two junctions; lanes are per direction."""

    id: str
    name: str
    start: Node
    end: Node
    length_km: float
    lanes: int
    lanes_estimated: bool
    one_way: bool


@plain_dataclass(frozen=True, slots=True)
class Network:
    """The road network shown on maps."""

    nodes: Mapping[str, Node]
    links: Mapping[str, Link]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class BottleneckRequests:
    """Categories of citizens' requests that speak of a bottleneck of the city."""

    flooding: tuple[str, ...] = ()
    urban_order: tuple[str, ...] = ()


@plain_dataclass(frozen=True, slots=True)
class City:
    """Everything the city folder says, cross-checked."""

    id: str
    name: dict[str, str]
    room: dict[str, str]
    timezone: str
    unit_code: str
    centre: Position
    core: Core | None
    sites: tuple[Site, ...]
    agencies: Mapping[str, Agency]
    data_office: str
    bottleneck_requests: BottleneckRequests
    datasets: Mapping[str, DatasetContract]
    scales: Mapping[str, Scale]
    areas: Areas
    network: Network
    names: Mapping[str, Mapping[str, dict[str, str]]]  # dataset -> what its source says -> ours
    limits: Mapping[str, Mapping[str, Limit]]  # aggregate -> number -> what it is held against
    register: Mapping[str, Registration]  # what agencies have and this room does not read yet
    stage: StagePlan | None = None  # by which rules its operating stage moves

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.timezone)

    def called(self, dataset: str, name: str) -> dict[str, str]:
        """Return what the room calls what the source of `dataset` names so."""
        return self.names.get(dataset, {}).get(name) or {"vi": name, "en": name}

    def limit(self, aggregate: str, number: str) -> Limit:
        """Return what a figure of an aggregate is held against."""
        return self.limits.get(aggregate, {}).get(number, NONE)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class _CityFile:
    id: Id
    name: Named
    room: Named
    timezone: str
    unit_code: str
    centre: Position
    data_office: str
    bottleneck_requests: BottleneckRequests = BottleneckRequests()
    core: Core | None = None
    country: str | None = None  # ISO code; the walls' schedules know its holidays
    site: tuple[Site, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class _LinkEntry:
    start: str = Field(alias="from")
    end: str = Field(alias="to")
    length_km: float = Field(gt=0)
    lanes: int = Field(ge=1, le=12)
    lanes_estimated: bool = False
    one_way: bool = False
    name: str | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class _NetworkFile:
    node: tuple[Node, ...] = ()
    link: tuple[_LinkEntry, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class _AgenciesFile:
    agency: tuple[Agency, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class _DatasetsFile:
    dataset: tuple[DatasetContract, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class _ScalesFile:
    scale: tuple[Scale, ...]


def _scales(folder: Path) -> dict[str, Scale]:
    """Return the scales of a folder, those of the product's own for what it does not say."""
    own, here = (read_optional(each / "scales.toml", _ScalesFile) for each in (OWN_FOLDER, folder))
    said = (by_id("scales.toml", () if each is None else each.scale) for each in (own, here))
    return {name: scale for scales in said for name, scale in scales.items()}


def load_city(folder: Path) -> City:
    """Read the city folder; raises CityError naming file, key and what was expected."""
    city = read_file(folder / "city.toml", _CityFile)
    try:
        ZoneInfo(city.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        expected = f"{city.timezone!r} is no time zone such as Asia/Ho_Chi_Minh"
        raise CityError("city.toml", "timezone", expected) from error
    agencies = by_id("agencies.toml", read_file(folder / "agencies.toml", _AgenciesFile).agency)
    datasets = by_id("datasets.toml", _datasets(folder))
    _check_owners(agencies, datasets)
    if city.data_office not in agencies:
        expected = f"{city.data_office!r} is no agency of agencies.toml"
        raise CityError("city.toml", "data_office", expected)
    _check_categories(city.bottleneck_requests, datasets)
    names = _names(folder / "names.toml", datasets)
    areas = read_areas(folder / "areas.csv")
    _check_promises(datasets, areas)
    _check_units(folder, datasets)
    return City(
        id=city.id,
        name=city.name,
        room=city.room,
        timezone=city.timezone,
        unit_code=city.unit_code,
        centre=city.centre,
        core=city.core,
        sites=city.site,
        agencies=agencies,
        data_office=city.data_office,
        bottleneck_requests=city.bottleneck_requests,
        datasets=datasets,
        scales=_scales(folder),
        areas=areas,
        network=_network(read_optional(folder / "network.toml", _NetworkFile) or _NetworkFile()),
        names=names,
        limits=read_optional(folder / "limits.toml", dict[str, dict[str, Limit]]) or {},
        register=read_register(folder / "register.toml", agencies=agencies, datasets=datasets),
        stage=_stage(folder / "stage.toml", agencies),
    )


def _datasets(folder: Path) -> tuple[DatasetContract, ...]:
    """Return the entries of datasets.toml, and of the files of datasets/ by name."""
    files = (folder / "datasets.toml", *sorted((folder / "datasets").glob("*.toml")))
    return tuple(entry for file in files for entry in read_file(file, _DatasetsFile).dataset)


def _check_owners(agencies: Mapping[str, Agency], datasets: Mapping[str, DatasetContract]) -> None:
    """Every dataset has an owner the city knows; no indicator has two sources."""
    owner_of: dict[str, DatasetContract] = {}
    for dataset in datasets.values():
        for role in ("owner", "steward", "deputy"):
            agency = getattr(dataset, role)
            if agency is not None and agency not in agencies:
                expected = f"{agency!r} is no agency of agencies.toml"
                raise CityError("datasets.toml", f"{dataset.id}.{role}", expected)
        for indicator in dataset.indicators:
            other = owner_of.setdefault(indicator, dataset)
            if other is not dataset:
                owner = agencies[other.owner].name["vi"]
                raise CityError(
                    "datasets.toml",
                    f"{dataset.id}.indicators.{indicator}",
                    f"is already owned by {owner} ({other.id}); expected one source an indicator",
                )


def _check_promises(datasets: Mapping[str, DatasetContract], areas: Areas) -> None:
    """What a contract promises of units and of other datasets is there to be held against."""
    for dataset in datasets.values():
        expected = dataset.expects.areas
        strange = [] if expected == "all" else sorted(set(expected) - areas.codes)
        if strange:
            wrong = f"{', '.join(strange)} is no unit of areas.csv"
            raise CityError("datasets.toml", f"{dataset.id}.expects.areas", wrong)
        for rule in dataset.reconcile:
            if rule.rule != "source":
                continue
            other = datasets.get(rule.dataset)
            if other is None or rule.of not in other.indicators:
                wrong = f"{rule.of!r} is no indicator of a dataset {rule.dataset!r}"
                raise CityError("datasets.toml", f"{dataset.id}.reconcile", wrong)


@cache
def own_names() -> Mapping[str, Named]:
    """Return what the product's own city calls its datasets."""
    return {own.id: own.name for own in _datasets(OWN_FOLDER)}


def _check_units(folder: Path, datasets: Mapping[str, DatasetContract]) -> None:
    """Indicators that aggregates read are in the units those count in; a source converts."""
    if folder.resolve() == OWN_FOLDER:
        return
    for own in _datasets(OWN_FOLDER):
        dataset = datasets.get(own.id)
        for name in own.indicators.keys() & (dataset.indicators if dataset else {}).keys():
            unit, expected = datasets[own.id].indicators[name].unit, own.indicators[name].unit
            if unit != expected:
                raise CityError(
                    "datasets.toml",
                    f"{own.id}.indicators.{name}.unit",
                    f"is {unit!r}; expected {expected!r}, in which aggregates count it",
                )


def _check_categories(
    requests: BottleneckRequests, datasets: Mapping[str, DatasetContract]
) -> None:
    known = {category for dataset in datasets.values() for category in dataset.categories}
    for bottleneck in ("flooding", "urban_order"):
        for category in getattr(requests, bottleneck):
            if category not in known:
                expected = f"{category!r} is no category of a dataset of datasets.toml"
                raise CityError("city.toml", f"bottleneck_requests.{bottleneck}", expected)


def _names(path: Path, datasets: Mapping[str, DatasetContract]) -> dict[str, dict[str, Named]]:
    """Return names by dataset; a city whose sources speak as it does has no such file."""
    found = read_optional(path, dict[str, dict[str, Named]]) or {}
    for dataset in found:
        if dataset not in datasets:
            raise CityError(path.name, dataset, "is no dataset of datasets.toml")
    return found


def _stage(path: Path, agencies: Mapping[str, Agency]) -> StagePlan | None:
    """Return the plan of the city's stage; a city that has decided none has no such file."""
    plan = read_optional(path, StagePlan)
    owners = [] if plan is None else [("owner", plan.owner)]
    owners += [] if plan is None else [(f"rule[{r.id}].owner", r.owner) for r in plan.rule]
    for key, owner in owners:
        if owner not in agencies:
            raise CityError(path.name, key, f"{owner!r} is no agency of agencies.toml")
    return plan


def _network(file: _NetworkFile) -> Network:
    nodes = {node.id: node for node in file.node}
    links: dict[str, Link] = {}
    for entry in file.link:
        for end in (entry.start, entry.end):
            if end not in nodes:
                expected = f"{end!r} is no node"
                raise CityError("network.toml", f"link {entry.start}-{entry.end}", expected)
        start, end_node = nodes[entry.start], nodes[entry.end]
        link_id = f"{start.id}-{end_node.id}"
        if link_id in links:
            raise CityError("network.toml", f"link {link_id}", "is there twice")
        links[link_id] = Link(
            id=link_id,
            name=entry.name or f"{start.name} – {end_node.name}",
            start=start,
            end=end_node,
            length_km=entry.length_km,
            lanes=entry.lanes,
            lanes_estimated=entry.lanes_estimated,
            one_way=entry.one_way,
        )
    return Network(nodes, links)
