"""A rule's day as `app.py rule replay` would answer, and programs that stand in for it."""

from __future__ import annotations

import sys
from pathlib import Path

from operations.replayed import Moment, Replayed
from operations.rule_answer import answer_json
from operations.rules import Phase, Rule

FROM_MS = 1_789_923_600_000.0  # 21/09/2026 00:00 in Hanoi
MINUTE = 60_000.0
RULE = Rule(
    rule_id="heavy-rain",
    name={"vi": "Mưa rất to", "en": "Very heavy rain"},
    owner="nong-nghiep-moi-truong",
    aggregate="rules.sample",
    number="rain",
    condition="above",
    threshold=50.0,
    clear_at=40.0,
    dwell_ms=5 * MINUTE,
    cooldown_ms=60 * MINUTE,
    veto_ms=2 * MINUTE,
    wall_ids=("le-lai",),
    scene_id="flood",
)
CHANGES: tuple[tuple[float, Phase, float], ...] = (
    (436, "dwelling", 50.0),
    (441, "proposed", 51.4),
    (443, "firing", 51.4),
    (545, "cooling", 38.6),
    (605, "quiet", 21.4),
    (1010, "dwelling", 50.4),
    (1013, "quiet", 49.0),
)


def a_day(*, is_calm: bool = False) -> Replayed:
    """Return a day of rain: one alarm in the morning, hours without a reading at noon."""
    moments = tuple(
        Moment(FROM_MS + minute * MINUTE, phase, figure, FROM_MS + (minute - 1) * MINUTE, "replay",
               None)
        for minute, phase, figure in (() if is_calm else CHANGES)
    )  # fmt: skip
    course: list[tuple[float, float | None]] = []
    for minute in range(0, 1440, 5):
        rain: float | None = max(0.0, 60 - abs(minute - 470) / 3.5)
        rain = max(rain or 0.0, 50.4 - abs(minute - 1010) / 2)
        if 720 <= minute < 900:
            rain = None
        course.append((FROM_MS + minute * MINUTE, rain))
    return Replayed(
        rule=RULE,
        from_ms=FROM_MS,
        to_ms=FROM_MS + 1440 * MINUTE,
        basis="observed",
        before="quiet",
        moments=moments,
        looks=288,
        seen=252,
        lowest=0.0,
        highest=60.0,
        unit="mm",
        decimals=1,
        course=tuple(course),
        origins=("replay",),
    )


def program(folder: Path, body: str) -> tuple[str, str]:
    """Return the command of a program that stands in for app.py; `body` may use sys and signal."""
    path = folder / "stand_in_app.py"
    path.write_text(f"import signal, sys\n{body}\n", "utf-8")
    return sys.executable, str(path)


def answers(folder: Path, replayed: Replayed) -> tuple[str, str]:
    """Return the command of a program that answers so, and notes what it was asked."""
    told, asked = folder / "told.json", folder / "asked.txt"
    told.write_text(answer_json(replayed), "utf-8")
    body = f"open({str(asked)!r}, 'w').write(' '.join(sys.argv[1:]))\n"
    return program(folder, body + f"print(open({str(told)!r}).read())")
