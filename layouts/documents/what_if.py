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
PICTURE, PICTURE_ALONE, PICTURES = 62 * mm, 84 * mm, 44 * mm  # heights
MOST_FIGURES, MOST_WARDS = 10, 12
MANY, WARDS_OF_MANY = 3, 6  # runs from which cells are narrow, and wards that are told then
HASH_SHOWN = 24
SHARES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)  # of the size of type, tried in this order
ENDLESS = 1e6  # points
CERTAIN = 0.97  # of the height: spaces between parts are reckoned together


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
    # One page: what is too much for it is set smaller over its whole width, never left out.
    for share in SHARES:
        width = WIDTH / share
        story = _story(
            runs, abouts, pictures, wards=wards, city=city, title=title, width=width,
            language=language, timezone=timezone,
        )  # fmt: skip
        if _height(story, width) <= CERTAIN * HEIGHT / share:
            break
    whole = Smaller(KeepInFrame(WIDTH / share, HEIGHT / share, story, mode="shrink"), share)
    at = datetime_(at_ms, language=language, timezone=timezone)
    return document([whole], title=title, foot=(f"{city} · {owner}", say("copy", by=by, at=at)))


class Smaller(Flowable):  # type: ignore[misc]
    """A part that is set in a larger room and drawn in a `share` of it."""

    def __init__(self, part: Flowable, share: float) -> None:
        """`share` of its own size, up to 1."""
        super().__init__()
        self.part, self.share = part, share

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return its size, as reportlab asks for it."""
        wide, high = self.part.wrapOn(self.canv, width / self.share, height / self.share)
        return wide * self.share, high * self.share

    def draw(self) -> None:
        """Draw it, as reportlab asks for it."""
        self.canv.saveState()
        self.canv.scale(self.share, self.share)
        self.part.drawOn(self.canv, 0, 0)
        self.canv.restoreState()


def _height(story: Sequence[Flowable], width: float) -> float:
    """Return how high parts stand below each other in `width`, all in points."""
    high = 0.0
    for each in story:
        high += each.wrap(width, ENDLESS)[1] + each.getSpaceBefore() + each.getSpaceAfter()
    return high


def _story(
    runs: Sequence[Compared],
    abouts: Sequence[About],
    pictures: Sequence[Picture | None],
    *,
    wards: Mapping[str, Text],
    city: str,
    title: str,
    width: float,
    language: str,
    timezone: str,
) -> list[Flowable]:
    def say(key: str, **values: object) -> str:
        return text(f"what_if.paper.{key}", language, **values)

    rows = compare(runs)
    story: list[Flowable] = [
        paragraph(city, style("small", ink=QUIET, space_after=0)),
        paragraph(title, style("title", space_after=1)),
        paragraph(say("simulated"), style("body", ink=INKS["warning"], space_after=2)),
    ]
    for index, (run, about) in enumerate(zip(runs, abouts, strict=True)):
        asked = datetime_(about.asked_at_ms, language=language, timezone=timezone)
        head = f"{LETTERS[index]} · {pick(run.title, language)}"
        is_many = len(runs) >= MANY
        if not is_many:
            story.append(paragraph(head, style("heading", space_before=3, space_after=0)))
        told = [
            *([head] if is_many else []),
            say("asked", by=about.by, at=asked),
            _fit_words(run, language),
        ]
        told += [say("attached", to=each) for each in about.attached]
        story.append(paragraph(" · ".join(told), style("small", ink=QUIET, space_after=0)))
    story.append(_figures(rows, runs, width, language))
    if len(rows) > MOST_FIGURES:
        left = say("more", count=len(rows) - MOST_FIGURES)
        story.append(paragraph(left, style("small", ink=QUIET)))
    if len(runs) > 1:
        ranks = " · ".join([_rank_words(rows[0], language), say("same")])
        story.append(paragraph(ranks, style("small")))
    story += _wards(runs, wards, width, language)
    story += _pictures(runs, pictures, width, language)
    story.append(paragraph(say("doubts"), style("heading", space_before=4, space_after=0)))
    doubts = " · ".join(pick(each, language) for each in limits(runs))
    story.append(paragraph(doubts, style("small")))
    story.append(paragraph(_made_words(runs, abouts, language), style("small", ink=QUIET)))
    return story


def _figures(
    rows: Sequence[Row], runs: Sequence[Compared], width: float, language: str
) -> Flowable:
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
                    paragraph(_told(kpi, row.unit, language, row.balance_pct, len(runs)), small)
                    for kpi in row.cells
                ),
            ]
        )
    return _ruled(cells, runs, width, padding=2)


def _ruled(
    cells: list[list[Flowable]], runs: Sequence[Compared], width: float, *, padding: float
) -> Flowable:
    """Return a table of a name, the base, and a column for each run."""
    first, base_width = (36 * mm, 22 * mm) if len(runs) >= MANY else (48 * mm, 24 * mm)
    rest = (width - first - base_width) / len(runs)
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


def _wards(
    runs: Sequence[Compared], names: Mapping[str, Text], page: float, language: str
) -> list[Flowable]:
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
    most = WARDS_OF_MANY if len(runs) >= MANY else MOST_WARDS
    for code in codes[:most]:
        told = [column.get(code) for column in columns]
        base = next(kpi["base"]["mean"] for kpi in told if kpi is not None)
        cells.append(
            [
                paragraph(pick(names.get(code), language) or code, small),
                paragraph(number(base, decimals=first["decimals"], language=language), small),
                *(paragraph(_told(kpi, "", language, 0.0, len(runs)), small) for kpi in told),
            ]
        )
    title = paragraph(text("what_if.wards", language), style("heading", space_before=3))
    left = len(codes) - most
    more = [paragraph(text("what_if.paper.more_wards", language, count=left), quiet)]
    return [title, _ruled(cells, runs, page, padding=0.5), *(more if left > 0 else [])]


def _told(kpi: Kpi | None, unit: str, language: str, balance_pct: float, runs: int) -> str:
    """Return a run's figure, its difference from the base, that one's interval, and the verdict.

    Of several `runs`, one that is not told apart from the base has the mark `=`; of many the unit
    stands with the base alone.
    """
    if kpi is None:
        return "–"
    decimals = kpi["decimals"]
    shown = "" if runs >= MANY else unit
    value = number(kpi["value"]["mean"], shown, decimals=decimals, language=language)
    delta = kpi["delta"]
    mean, low, high = (
        number(each, decimals=decimals, language=language, sign=True)
        for each in (delta["mean"], delta["low"], delta["high"])
    )
    interval = "" if delta["low"] == delta["high"] else f" (95%: {low} … {high})"
    judged = verdict(kpi, balance_pct)
    if runs >= MANY:  # that intervals are of 95 % is said once
        interval = interval.replace("95%: ", "")
    if runs > 1 and judged == "same":
        return f"{value}; = {mean}{interval}"
    return f"{value}; {mean}{interval}; {text(f'tiles.twin.{judged}', language)}"


def _rank_words(row: Row, language: str) -> str:
    order = "; ".join(f"{rank}. {LETTERS[index]}" for index, rank in ranking(row))
    label = pick(row.label, language)
    return text("what_if.paper.rank", language, figure=label, order=order)


def _pictures(
    runs: Sequence[Compared], pictures: Sequence[Picture | None], page: float, language: str
) -> list[Flowable]:
    """Return the maps beside each other, each with its run's letter and what it shows."""
    found = [(index, each) for index, each in enumerate(pictures) if each is not None]
    if not found:
        return []
    width = page / len(found) - 3 * mm
    has_wards = any(run.result["areas"] for run in runs)
    height = PICTURE if has_wards else PICTURE_ALONE
    height = PICTURES if len(found) > 1 else height
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
