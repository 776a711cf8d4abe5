"""A replayed rule in words: what it watches, the rows of its table, and how to read them.

For the command line and the operator page alike; texts come from the catalogue `rules`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from language import date, duration, number, pick, text, time
from operations.replayed import Moment, Replayed
from operations.rules import Rule

GAP = "  "


def definition(rule: Rule, unit: str, language: str) -> str:
    """Return one sentence: the number, its threshold and clearing value, and the times."""
    return text(
        f"rules.definition.{rule.condition}",
        language,
        number=f"{rule.aggregate} · {rule.number}",
        threshold=number(rule.threshold, unit, language=language),
        clear=number(rule.clear_at, unit, language=language),
        dwell=duration(rule.dwell_ms / 1000, language=language),
        veto=duration(rule.veto_ms / 1000, language=language),
        cooldown=duration(rule.cooldown_ms / 1000, language=language),
    )


def header(language: str) -> list[str]:
    """Return the names of the columns of `rows`."""
    return [text(f"rules.column.{name}", language) for name in ("at", "phase", "value", "as_of")]


def rows(replayed: Replayed, language: str, timezone: str) -> list[list[str]]:
    """Return a row for each moment: when, what became of the rule, the value and its time."""
    return [
        [
            time(moment.at_ms, language=language, timezone=timezone, seconds=True),
            _phase(moment, language),
            number(moment.figure, replayed.unit, language=language),
            ""
            if moment.as_of_ms is None
            else time(moment.as_of_ms, language=language, timezone=timezone, seconds=True),
        ]
        for moment in replayed.moments
    ]


def notes(replayed: Replayed, language: str) -> list[str]:
    """Return what has to be known to read the table, the result first."""
    fired = len(replayed.firings)
    said = [text("rules.fired", language, count=fired)]
    if replayed.before != "quiet":
        phase = text(f"rules.phase.{replayed.before}", language)
        said.append(text("rules.before", language, phase=phase))
    if replayed.seen:
        low, high = (
            number(each, replayed.unit, language=language)
            for each in (replayed.lowest, replayed.highest)
        )
        said.append(text("rules.range", language, low=low, high=high, count=replayed.seen))
    else:
        said.append(text("rules.unseen", language))
    said.append(text(f"rules.basis.{replayed.basis}", language))
    seen = {*replayed.origins, *(moment.origin for moment in replayed.moments)}
    origins = seen - {"live"}
    said += [text(f"rules.origin.{origin}", language) for origin in sorted(origins)]
    return [*said, text("rules.no_vetoes", language)]


def written(replayed: Replayed, language: str, timezone: str) -> str:
    """Return all of it as plain text for a terminal."""
    rule = replayed.rule
    day = date(replayed.from_ms, language=language, timezone=timezone)
    title = f"{pick(rule.name, language)} ({rule.rule_id}), {day}"
    about = definition(rule, replayed.unit, language)
    table = _aligned([header(language), *rows(replayed, language, timezone)])
    lines = [title, about, "", *(table if replayed.moments else []), ""]
    return "\n".join([*lines, *notes(replayed, language)]).replace("\n\n\n", "\n\n")


def _phase(moment: Moment, language: str) -> str:
    if moment.origin != "live" and moment.phase == "firing":
        mark = text(f"rules.mark.{moment.origin}", language)
        return f"{text('rules.phase.firing', language)} ({mark})"
    return text(f"rules.phase.{moment.phase}", language)


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    return [
        GAP.join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    ]


def _width(words: str) -> int:
    return len(unicodedata.normalize("NFC", words))
