"""A passport in words: what was read, done and scored, whose it is, for the reader of this page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from callbacks.console_sources import unit_name
from callbacks.desk import Desk
from callbacks.old_units import then_words
from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.durations import duration_s
from data_access.envelope import LIVE, Envelope
from data_access.figure import addresses, figure_at, kind_of
from data_access.finding import is_finding
from data_access.limits import GRADES, Limit
from data_access.passport import Origin, Passport, SourceRow
from data_access.promises import CRITERIA
from data_access.store.evidence_rows import Read
from language import datetime_, duration, has, number, period, pick, text
from layouts.pages.passport import (
    OriginView,
    PassportView,
    RowView,
    ScoreView,
    Verdict,
)
from layouts.pages.passport_words import Fact, tell
from layouts.pages.shell import Setting, say
from permissions.roles import Person, Right

MOST_STEPS = 12
MOST_CHOICES = 8
RULES = {  # figures whose sentence names a rule of city/limits.toml: which one of their aggregate
    ("health.capacity", "overloaded"): "occupancy",
    ("education.schools", "crowded"): "fill",
}
VERDICTS: Mapping[bool | None, Verdict] = {True: "same", False: "differs", None: "forgotten"}


def view_of(
    reach: Desk, envelope: Envelope, found: Passport, *, who: Person, setting: Setting
) -> PassportView:
    """Return what a person may read of a passport."""
    city, language = reach.city, setting.language
    figure = found.figure
    agency = city.agencies.get(found.owner)
    contract = city.datasets.get(found.origins[0].dataset) if found.origins else None
    own = contract.phone if contract is not None and contract.owner == found.owner else None
    phone = own or (agency.phone if agency else None)
    decimals = figure["decimals"]
    return PassportView(
        name=pick(figure["label"], language),
        figure=_written(figure["value"], figure["unit"], decimals, language),
        facts=tuple(_facts(found, setting)),
        formula=formula(city, envelope, found.number, language),
        steps=tuple(_steps(city, found, setting)),
        verdict=VERDICTS[found.agrees],
        recomputed=_written(found.recomputed, figure["unit"], decimals, language),
        owner=pick(agency.name, language) if agency else found.owner,
        phone=phone or say("console.no_phone", setting),
        origins=tuple(_origin(city, each, envelope, setting) for each in found.origins),
        rows=_rows(city, found, who, setting),
        total=found.total,
        choices=tuple(_choices(envelope, found.number, language)),
    )


def formula(city: City, envelope: Envelope, address: str, language: str) -> str:
    """Return in words how a number is computed: its own sentence, else that of its sort.

    A sentence names thresholds and times as this city has set them.
    """
    kind = kind_of(address)
    if kind == "numbers":
        name = address.removeprefix("numbers/")
        own = f"formulas.{envelope.aggregate}.{name}"
        held_to = RULES.get((envelope.aggregate, name))
        limit = None if held_to is None else city.limit(envelope.aggregate, held_to)
        if has(own, language) and (limit is None or limit.is_set):
            return text(own, language, **({} if limit is None else _terms(limit, language)))
    if is_finding(envelope.aggregate) and kind != "items":
        return text(f"passport.formula.{envelope.aggregate.partition('.')[0]}", language)
    return text(f"passport.formula.{kind}", language)


def _terms(limit: Limit, language: str) -> dict[str, str]:
    """Return thresholds, and for how long they must hold, as sentences name them."""
    steps: dict[str, float | None] = {grade: getattr(limit, grade) for grade in GRADES}
    mildest = next((steps[g] for g in reversed(GRADES) if steps[g] is not None), None)
    steps["clear"] = mildest if limit.clear is None else limit.clear
    times = {"after": limit.after_s, "clear_after": limit.clear_after_s}
    return {
        **{name: number(step, language=language) for name, step in steps.items()},
        **{name: duration(seconds, language=language) for name, seconds in times.items()},
    }


def _facts(found: Passport, setting: Setting) -> Iterator[Fact]:
    figure, language = found.figure, setting.language
    if figure.get("period"):
        yield tell("fact.period", setting), pick(figure["period"], language)
    if found.as_of_ms is not None:
        at = datetime_(found.as_of_ms, language=language, timezone=setting.timezone)
        yield tell("fact.at", setting), at
    target = figure.get("target")
    if target is not None:
        label = pick(figure.get("targetLabel"), language) or text("tiles.target", language)
        written = _written(target, figure["unit"], figure["decimals"], language)
        yield label[:1].upper() + label[1:], written
    if figure.get("note"):
        yield tell("fact.note", setting), pick(figure["note"], language)


def _steps(city: City, found: Passport, setting: Setting) -> Iterator[str]:
    """Say what was done, in the order it is done: read, checked, taken, counted, rounded."""
    language = setting.language
    for origin in found.origins:
        yield tell(
            "step.source",
            setting,
            dataset=_dataset(city, origin.dataset, language),
            format=origin.format,
            origin=say(f"origin.{origin.origin}", setting)
            if origin.origin != "absent"
            else tell("no_data", setting),
            accepted=number(origin.accepted, decimals=0, language=language),
            refused=number(origin.refused, decimals=0, language=language),
        )
    for name in found.made_of:
        yield tell("step.made_of", setting, aggregate=name)
    merged = _merged(found.reads)
    for read in merged[:MOST_STEPS]:
        yield _step(city, read, setting)
    if len(merged) > MOST_STEPS:
        yield tell("step.more", setting, count=len(merged) - MOST_STEPS)
    yield tell("step.rounded", setting, decimals=found.figure["decimals"])


def _merged(reads: tuple[Read, ...]) -> list[Read]:
    """Return the questions with those of the same sort and indicator taken together."""
    merged: dict[tuple[str, str, str], Read] = {}
    for read in reads:
        key = (read.what, read.dataset, read.indicator)
        was = merged.get(key)
        if was is None:
            merged[key] = replace(read, kept=())
            continue
        merged[key] = replace(
            was,
            rows=was.rows + read.rows,
            suspect=was.suspect + read.suspect,
            cells=was.cells + read.cells,
            withdrawn=was.withdrawn + read.withdrawn,
        )
    return list(merged.values())


def _step(city: City, read: Read, setting: Setting) -> str:
    language = setting.language
    contract = city.datasets.get(read.dataset)
    indicator = contract.indicators.get(read.indicator) if contract else None
    words = tell(
        f"step.{read.what}",
        setting,
        rows=number(read.rows, decimals=0, language=language),
        what=pick(indicator.name, language)
        if indicator
        else _dataset(city, read.dataset, language),
    )
    if read.suspect:
        words += " " + tell("step.suspect", setting, count=read.suspect)
    if read.withdrawn:
        words += " " + tell("step.withdrawn", setting, count=read.withdrawn)
    if read.cells:
        words += " " + tell("step.rolled", setting, count=read.cells)
    return words


def _origin(city: City, origin: Origin, envelope: Envelope, setting: Setting) -> OriginView:
    contract = city.datasets[origin.dataset]
    is_now = envelope.realm == LIVE
    failing = envelope.quality.get("failing", {}).get(origin.dataset, "")
    cadence = tell(
        "cadence",
        setting,
        cadence=period(contract.cadence, language=setting.language),
        stale=duration(duration_s(contract.stale_after), language=setting.language),
    )
    return OriginView(
        name=_dataset(city, origin.dataset, setting.language),
        facts=tuple(_contract_facts(city, contract, origin, setting)),
        as_of_ms=origin.newest_at_ms,
        stale_after_ms=contract.stale_after_ms,
        cadence=cadence,
        # Of another time: as they were when its last whole hour was over, if anybody measured.
        scores=tuple(_scores(origin, setting)) if is_now or origin.scores else (),
        scored="" if is_now or origin.scores else tell("unscored_then", setting),
        failing=tell("failing", setting, why=pick(failing, setting.language)) if failing else "",
    )


def _contract_facts(
    city: City, contract: DatasetContract, origin: Origin, setting: Setting
) -> Iterator[Fact]:
    language = setting.language

    def agency(name: str | None) -> str:
        found = city.agencies.get(name or "")
        return pick(found.name, language) if found else ""

    owner = city.agencies.get(contract.owner)
    phone = contract.phone or (owner.phone if owner else None)
    yield say("console.owner", setting), agency(contract.owner)
    yield say("fact.steward", setting), agency(contract.steward)
    yield tell("fact.deputy", setting), agency(contract.deputy)
    yield tell("fact.phone", setting), phone or say("console.no_phone", setting)
    if contract.system_of_record:
        yield tell("fact.record", setting), pick(contract.system_of_record, language)
    level = contract.classification.level
    yield say("fact.classification", setting), say(f"level.{level}", setting)
    if contract.licence:
        yield tell("fact.licence", setting), contract.licence
    if origin.source_at_ms is not None:
        at = datetime_(origin.source_at_ms, language=language, timezone=setting.timezone)
        yield say("fact.source_at", setting), at
    files = [path for path, _, _ in origin.files[:2]]
    more = len(origin.files) - len(files)
    yield tell("fact.files", setting), ", ".join(files) + (f" +{more}" if more > 0 else "")


def _scores(origin: Origin, setting: Setting) -> Iterator[ScoreView]:
    for criterion in CRITERIA:
        score = origin.scores.get(criterion)
        yield ScoreView(
            name=text(f"tiles.criterion.{criterion}", setting.language),
            words=number(score, "%", decimals=1, language=setting.language),
            share=score or 0.0,
            is_below=criterion in origin.below,
        )


def _rows(city: City, found: Passport, who: Person, setting: Setting) -> tuple[RowView, ...] | None:
    """Return the rows a person may see, None where none: by role, and by each dataset's level."""
    if not who.may(Right.SEE_SOURCE_ROWS):
        return None
    seen = {
        name
        for name in {row.dataset for row in found.rows}
        if name in city.datasets and who.may_see(city.datasets[name].classification)
    }
    if found.rows and not seen:
        return None
    return tuple(_row(city, row, setting) for row in found.rows if row.dataset in seen)


def _row(city: City, row: SourceRow, setting: Setting) -> RowView:
    language = setting.language
    indicator = city.datasets[row.dataset].indicators.get(row.indicator)
    unit = city.areas.get(row.area) if row.area else None
    where = (
        then_words(city, row.entity, language),
        unit_name(unit, language) if unit else "",
    )
    value = row.value
    if row.is_masked:
        written = text("tiles.masked", language)
    elif value is None or isinstance(value, int | float):
        decimals = indicator.decimals if indicator else None
        written = _written(value, indicator.unit if indicator else "", decimals, language)
    else:
        known = f"pages.record.{value}"
        written = text(known, language) if has(known) else str(value)

    def at(instant: object) -> str:
        return datetime_(instant, language=language, timezone=setting.timezone, seconds=True)  # type: ignore[arg-type]

    return RowView(
        observed=at(row.observed_at),
        what=pick(indicator.name, language)
        if indicator
        else row.indicator or tell("record", setting),
        place=" · ".join(part for part in where if part and part != CITY_AREA),
        figure=written,
        quality=say(f"quality.{row.quality}", setting),
        is_suspect=row.quality != "good",
        revision=f" · {tell('revision', setting, number=row.revision)}" if row.revision else "",
        reference=row.source_ref,
        recorded=at(row.recorded_at),
    )


def _choices(envelope: Envelope, chosen: str, language: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the other figures of the same aggregate, the one asked for among them."""
    found = [chosen] if "/" in chosen else [f"numbers/{chosen}"]
    found += [each for each in addresses(envelope.payload) if each not in found]
    for address in sorted(found[:MOST_CHOICES]):
        figure = figure_at(envelope.payload, address)
        if figure is not None:
            name = pick(figure["label"], language)
            yield f"{envelope.aggregate}:{address}", name, address == found[0]


def _dataset(city: City, name: str, language: str) -> str:
    contract = city.datasets.get(name)
    return pick(contract.name, language) if contract else name


def _written(value: float | None, unit: str, decimals: int | None, language: str) -> str:
    return number(value, unit, decimals=decimals, language=language)
