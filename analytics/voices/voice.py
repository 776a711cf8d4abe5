"""What was said lately, read from the store: requests to the hotline and posts in public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analytics.calendar import is_off
from analytics.voices.bursts import DAYS
from analytics.voices.places import Gazetteer, network_names
from analytics.voices.reports import OTHER, words_of
from data_access.aggregates.aggregate import View
from data_access.aggregates.feedback import REQUESTS
from data_access.aggregates.social import SOCIAL
from data_access.contracts import CITY_AREA
from data_access.envelope import Text
from data_access.rollup import HOUR_US
from data_access.store.snapshot import Life

DATASETS = (REQUESTS, SOCIAL)
MOST = 30_000  # of each dataset: the newest
LOOKED_BACK_H = (DAYS + 1) * 24


@dataclass(frozen=True, slots=True)
class Voice:
    """A request or a post. `at_us` is glass time."""

    voice_id: str
    dataset: str
    text: str
    at_us: int
    category: str
    area: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in the last weeks, and what is needed to tell of it."""

    view: View
    requests: Sequence[Life]
    voices: Sequence[Voice]  # the newest first
    known_from_us: Mapping[str, int]  # by dataset: glass time, from which all of it is there
    categories: Mapping[str, Text]
    gazetteer: Gazetteer
    decided: Mapping[str, str] = field(default_factory=dict)  # categories people gave, by request

    @property
    def now_us(self) -> int:
        """Now, on glass."""
        return int(self.view.now_ms * 1000)

    def at_ms(self, request: Life) -> float:
        """Return when a request was made, glass time."""
        return self.view.glass_ms(REQUESTS, request.opened_us)

    def category(self, name: str) -> Text:
        """Return what a category is called."""
        return self.categories.get(name) or self.categories.get(OTHER) or {"vi": name, "en": name}

    def unit(self, code: str | None) -> Text | None:
        """Return what a unit is called, None for the whole city and unknown ones."""
        unit = None if code in (None, CITY_AREA) else self.view.city.areas.get(str(code))
        return None if unit is None else unit.title

    def is_day_off(self, at_us: int) -> bool:
        """Tell whether an instant lies on a weekend or a holiday here."""
        return is_off(self.view.local(at_us).date())


def hear(view: View) -> Heard:
    """Read what was said; a dataset nobody feeds is left out."""
    voices: list[Voice] = []
    requests: list[Life] = []
    starts: dict[str, int] = {}
    for dataset in DATASETS:
        if not view.is_fed(dataset):
            continue
        now_us = view.track_us(dataset)
        since_us = now_us - LOOKED_BACK_H * HOUR_US
        found = view.snapshot.lives(dataset, since_us=since_us, limit=MOST, bodies=True)
        lives = [each for each in found if since_us < each.opened_us <= now_us]
        line = view.timeline(dataset)
        spoken = [_voice(dataset, life, line.glass(life.opened_us)) for life in lives]
        if dataset == REQUESTS:
            requests = lives
        if spoken:
            starts[dataset] = min(each.at_us for each in spoken)
        voices += spoken
    texts = [each.text for each in voices if each.dataset == REQUESTS]
    return Heard(
        view=view,
        requests=requests,
        voices=sorted(voices, key=lambda each: (-each.at_us, each.dataset, each.voice_id)),
        known_from_us=starts,
        categories={
            name: said
            for dataset in reversed(DATASETS)
            if dataset in view.city.datasets
            for name, said in view.city.datasets[dataset].categories.items()
        },
        gazetteer=Gazetteer.of(network_names(view.city.network), texts),
    )


def _voice(dataset: str, life: Life, glass_us: int) -> Voice:
    text = words_of(life.body)
    return Voice(life.base_id, dataset, text, glass_us, life.category or OTHER, life.area)
