"""A what-if on one page: what was asked, figures with intervals, wards, a picture, all doubts.

Values in, the bytes of a PDF out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepInFrame, Table

from data_access.envelope import MapLayer, Text
from data_access.scales import Scale
from language import datetime_, number, pick, text, unit_name
from layouts.documents.sheet import INKS, QUIET, RULE, document, paragraph, style
from layouts.documents.what_if_map import drawing
from layouts.pages.calibration import FIGURES
from twin.comparison import Compared, Row, compare, engines, limits, ranking, verdict
from twin.result import Kpi
from twin.wards import by_figure

LETTERS = "ABCD"
AIR = 12.0  # points: of a frame, left and right together
WIDTH, HEIGHT = 174 * mm - AIR, 232 * mm  # of an A4 page within the sheet's margins and foot
PICTURE, PICTURE_ALONE = 62 * mm, 84 * mm  # heights
MOST_FIGURES, MOST_WARDS = 10, 12
HASH_SHOWN = 24


@dataclass(frozen=True, slots=True)
class About:
    """Who asked a run and when, and by what it can be found and proved."""

    job_id: str
    by: str
    asked_at_ms: float
    result_hash: str
    attached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A map of a run: its layer, the scale it is coloured by."""

    layer: MapLayer
    scale: Scale


def what_if_document(
    runs: Sequence[Compared],
    abouts: Sequence[About],
    pictures: Sequence[Picture | None],
    *,
    wards: Mapping[str, Text],
    city: str,
    owner: str,
    by: str,
    at_ms: float,
    language: str,
    timezone: str,
) -> bytes:
    """Return one A4 page of one to four runs; `by` and `at_ms` are whose copy it is.

    `wards` are their names by code.
    """

    def say(key: str, **values: object) -> str:
        return text(f"what_if.paper.{key}", language, **values)

    title = say("title") if len(runs) == 1 else say("titles", count=len(runs))
    rows = compare(runs)
    story: list[Flowable] = [
        paragraph(city, style("small", ink=QUIET, space_after=0)),
        paragraph(title, style("title", space_after=1)),
        paragraph(say("simulated"), style("body", ink=INKS["warning"], space_after=2)),
    ]
    for index, (run, about) in enumerate(zip(runs, abouts, strict=True)):
        asked = datetime_(about.asked_at_ms, language=language, timezone=timezone)
        head = f"{LETTERS[index]} · {pick(run.title, language)}"
        story.append(paragraph(head, style("heading", space_before=3, space_after=0)))
        told = [say("asked", by=about.by, at=asked), _fit_words(run, language)]
        told += [say("attached", to=each) for each in about.attached]
        story.append(paragraph(" · ".join(told), style("small", ink=QUIET, space_after=0)))
    story.append(_figures(rows, runs, language))
    if len(rows) > MOST_FIGURES:
        left = say("more", count=len(rows) - MOST_FIGURES)
        story.append(paragraph(left, style("small", ink=QUIET)))
    if len(runs) > 1:
        story.append(paragraph(_rank_words(rows[0], language), style("small")))
    story += _wards(runs, wards, language)
    story += _pictures(runs, pictures, language)
    story.append(paragraph(say("doubts"), style("heading", space_before=4, space_after=0)))
    doubts = " · ".join(pick(each, language) for each in limits(runs))
    story.append(paragraph(doubts, style("small")))
    story.append(paragraph(_made_words(runs, abouts, language), style("small", ink=QUIET)))
    # One page: what is too much for it is set smaller, never left out.
    whole = KeepInFrame(WIDTH, HEIGHT, story, mode="shrink")
    at = datetime_(at_ms, language=language, timezone=timezone)
    return document([whole], title=title, foot=(f"{city} · {owner}", say("copy", by=by, at=at)))


def _figures(rows: Sequence[Row], runs: Sequence[Compared], language: str) -> Flowable:
    small = style("small", space_after=0)
    heads = [text("what_if.paper.figure", language), text("what_if.paper.base", language)]
    heads += [LETTERS[index] for index in range(len(runs))]
    cells: list[list[Flowable]] = [
        [paragraph(each, style("small", ink=QUIET, space_after=0)) for each in heads]
    ]
    for row in rows[:MOST_FIGURES]:
        base = number(row.base["mean"], row.unit, decimals=row.decimals, language=language)
        cells.append(
            [
                paragraph(pick(row.label, language), small),
                paragraph(base, small),
                *(
                    paragraph(_words(kpi, row.unit, language, row.balance_pct), small)
                    for kpi in row.cells
                ),
            ]
        )
    return _ruled(cells, runs, padding=2)


def _ruled(cells: list[list[Flowable]], runs: Sequence[Compared], *, padding: float) -> Flowable:
    """Return a table of a name, the base, and a column for each run."""
    first, base_width = 48 * mm, 24 * mm
    rest = (WIDTH - first - base_width) / len(runs)
    table = Table(cells, colWidths=[first, base_width, *[rest] * len(runs)], hAlign="LEFT")
    table.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), padding),
            ("BOTTOMPADDING", (0, 0), (-1, -1), padding),
        ]
    )
    return table


def _wards(runs: Sequence[Compared], names: Mapping[str, Text], language: str) -> list[Flowable]:
    """Return one figure of all wards, the one that tells most of the first run that has any."""
    by_run = [by_figure(run.result["areas"]) for run in runs]
    name = next((next(iter(found)) for found in by_run if found), None)
    if name is None:
        return []
    columns = [dict(found.get(name, ())) for found in by_run]
    codes = list(dict.fromkeys(code for column in columns for code in column))
    first = next(column[codes[0]] for column in columns if codes[0] in column)
    unit = unit_name(first["unit"], language=language)
    label = " ".join(filter(None, (pick(first["label"], language), unit and f"({unit})")))
    small, quiet = style("small", space_after=0), style("small", ink=QUIET, space_after=0)
    heads = [label, text("what_if.paper.base", language), *LETTERS[: len(runs)]]
    cells: list[list[Flowable]] = [[paragraph(each, quiet) for each in heads]]
    for code in codes[:MOST_WARDS]:
        told = [column.get(code) for column in columns]
        base = next(kpi["base"]["mean"] for kpi in told if kpi is not None)
        cells.append(
            [
                paragraph(pick(names.get(code), language) or code, small),
                paragraph(number(base, decimals=first["decimals"], language=language), small),
                *(paragraph(_words(kpi, "", language), small) for kpi in told),
            ]
        )
    title = paragraph(text("what_if.wards", language), style("heading", space_before=3))
    left = len(codes) - MOST_WARDS
    more = [paragraph(text("what_if.paper.more_wards", language, count=left), quiet)]
    return [title, _ruled(cells, runs, padding=0.5), *(more if left > 0 else [])]


def _words(kpi: Kpi | None, unit: str, language: str, balance_pct: float = 0.0) -> str:
    """Return a run's figure, its difference from the base, that one's interval, and the verdict."""
    if kpi is None:
        return "–"
    decimals = kpi["decimals"]
    value = number(kpi["value"]["mean"], unit, decimals=decimals, language=language)
    delta = kpi["delta"]
    mean, low, high = (
        number(each, decimals=decimals, language=language, sign=True)
        for each in (delta["mean"], delta["low"], delta["high"])
    )
    interval = "" if delta["low"] == delta["high"] else f" (95%: {low} … {high})"
    word = text(f"tiles.twin.{verdict(kpi, balance_pct)}", language)
    return f"{value}; {mean}{interval}; {word}"


def _rank_words(row: Row, language: str) -> str:
    order = "; ".join(f"{rank}. {LETTERS[index]}" for index, rank in ranking(row))
    label = pick(row.label, language)
    return text("what_if.paper.rank", language, figure=label, order=order)


def _pictures(
    runs: Sequence[Compared], pictures: Sequence[Picture | None], language: str
) -> list[Flowable]:
    """Return the maps beside each other, each with its run's letter and what it shows."""
    found = [(index, each) for index, each in enumerate(pictures) if each is not None]
    if not found:
        return []
    width = WIDTH / len(found) - 3 * mm
    has_wards = any(run.result["areas"] for run in runs)
    height = PICTURE if len(found) > 1 or has_wards else PICTURE_ALONE
    heads: list[Flowable] = []
    maps: list[Flowable] = []
    for index, picture in found:
        words = f"{LETTERS[index]} · {pick(picture.layer['label'], language)}"
        heads.append(paragraph(words, style("small", ink=QUIET, space_after=0)))
        collection: Mapping[str, object] = (
            runs[index].result["geometry"].get(picture.layer["layer"], {})
        )
        maps.append(
            drawing(
                picture.layer, collection, picture.scale,
                width=width, height=height, language=language,
            )
        )  # fmt: skip
    table = Table([heads, maps], colWidths=[width + 3 * mm] * len(found), hAlign="LEFT")
    table.setStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return [table]


def _fit_words(run: Compared, language: str) -> str:
    fit = run.result["fit"]
    words = text(f"what_if.fit.{fit['state']}", language)
    figures = fit.get("figures") or {}
    told = [
        f"{text(f'what_if.figure.{name}', language)} "
        f"{number(each, FIGURES[name][0], decimals=FIGURES[name][1], language=language)}"
        for name, each in figures.items()
        if name in FIGURES
    ]
    return f"{words} ({'; '.join(told)})" if told else words


def _made_words(runs: Sequence[Compared], abouts: Sequence[About], language: str) -> str:
    """Return by what the answers were made: engines, seeds, and the results' hashes."""
    told = [", ".join(f"{name} {version}" for name, version in engines(runs).items())]
    for index, (run, about) in enumerate(zip(runs, abouts, strict=True)):
        seeds = ", ".join(str(seed) for seed in run.result["seeds"]) or "–"
        shown = about.result_hash[:HASH_SHOWN]
        told.append(
            f"{LETTERS[index]}: {text('what_if.fact.seeds', language)} {seeds}; "
            f"{text('what_if.fact.hash', language)} {shown}; {about.job_id}"
        )
    return " · ".join(told)
