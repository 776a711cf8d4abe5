"""What people speak of now: the hotline's own categories, how much more than usual, in which words.

Topics are categories that people (or the hotline) gave, never ones that a machine made up of words:
clusters of TF-IDF are streets and stock phrases. What is said of a topic is told by the phrases it
has more than the rest, by the unit most of it comes from, and by one text with its author hidden.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from analytics.voices.bursts import Burst, burst
from analytics.voices.normal import key
from analytics.voices.phrases import Said, characteristic
from analytics.voices.places import Gazetteer
from analytics.voices.quotes import quote
from analytics.voices.voice import Heard, Voice
from data_access.rollup import HOUR_US

WINDOW_H = 6
COURSE_H = 24
LEAST_PLACED, PLACED_SHARE = 3, 0.4  # voices of one unit, from which a topic is at home there
QUOTED = (24, 220)  # letters of a text that may stand for others
COMPARED = 40  # texts among which the most like the others is chosen


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the last hours."""

    category: str
    burst: Burst
    is_hot: bool
    course: Sequence[int]  # voices of each of the last COURSE_H hours, the oldest first
    phrases: Sequence[str]
    area: str | None  # where most of it comes from
    quote: str
    voices: Sequence[Voice]  # of the window


def topics(heard: Heard) -> list[Topic]:
    """Return the topics of the window: the hot ones first, then by how many speak of them."""
    now_us = heard.now_us
    since_us = now_us - WINDOW_H * HOUR_US
    by_category: dict[str, list[Voice]] = defaultdict(list)
    for voice in heard.voices:
        by_category[voice.category].append(voice)
    said = {name: Said().add(v.text for v in own if v.at_us > since_us)
            for name, own in by_category.items()}  # fmt: skip
    before = Said().add(voice.text for voice in heard.voices if voice.at_us <= since_us)
    made = []
    for category, own in by_category.items():
        found = burst(
            [voice.at_us for voice in own],
            now_us=now_us,
            window_h=WINDOW_H,
            known_from_us=max(heard.known_from_us[voice.dataset] for voice in own),
            is_off=heard.is_day_off,
        )
        late = [voice for voice in own if since_us < voice.at_us <= now_us]
        if not late:
            continue
        others = _together([before, *(said[name] for name in said if name != category)])
        made.append(
            Topic(
                category=category,
                burst=found,
                is_hot=found.is_hot(len(by_category)),
                course=_course(own, now_us),
                phrases=characteristic(said[category], others),
                area=_home(late),
                quote=spokesman(late, heard.gazetteer),
                voices=late,
            )
        )
    return sorted(
        made,
        key=lambda topic: (
            not topic.is_hot,
            -(topic.burst.growth or 0.0) if topic.is_hot else 0.0,
            -topic.burst.count,
            topic.category,
        ),
    )


def spokesman(voices: Sequence[Voice], gazetteer: Gazetteer) -> str:
    """Return one text that stands for others, with whoever it names hidden; empty without one.

    Of those nothing had to be taken out of, the one most like the others.
    """
    seen: dict[str, str] = {}
    for voice in voices:
        seen.setdefault(key(voice.text), voice.text)
    quotes = [quote(text, gazetteer) for text in list(seen.values())[:COMPARED]]
    fit = [each for each in quotes if QUOTED[0] <= len(each.text) <= QUOTED[1]] or quotes
    if not fit:
        return ""
    least = min(each.hidden for each in fit)
    texts = sorted(each.text for each in fit if each.hidden == least)
    texts = [text for text in texts if not text.isascii()] or texts  # with its marks, to be read
    return max(texts, key=lambda one: sum(fuzz.token_set_ratio(one, other) for other in texts))


def _together(parts: Sequence[Said]) -> Said:
    made = Said()
    for part in parts:
        made.texts += part.texts
        made.counts += part.counts
    return made


def _course(own: Sequence[Voice], now_us: int) -> list[int]:
    counts = Counter((now_us - voice.at_us) // HOUR_US for voice in own if voice.at_us <= now_us)
    return [counts.get(back, 0) for back in range(COURSE_H - 1, -1, -1)]


def _home(late: Sequence[Voice]) -> str | None:
    counts = Counter(voice.area for voice in late if voice.area is not None)
    if not counts:
        return None
    area, count = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return area if count >= max(LEAST_PLACED, PLACED_SHARE * len(late)) else None
