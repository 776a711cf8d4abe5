"""Work that is asked for by itself, at intervals: never two of one at once, at most one caught up.

When it was asked last stands in the store of jobs, so that a restart neither forgets nor repeats.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data_access.envelope import Text
from jobs.errors import JobError, NothingToAsk
from jobs.job import BY_SCHEDULE
from jobs.kinds import KINDS, Kinds, is_there
from jobs.store import JobStore

LOOK_S = 1.0
LOOK_NEWS_S = 10.0  # between two looks for news
AGAIN_S = 60.0  # after it could not be asked

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Every:
    """A kind of work and how often it is done; not in the first `after_s` of the jobs role.

    Where it can be told that there is nothing new to work on, it waits, `longest_s` at most. Where
    `is_for_whoever` it counts as done when a person asked: it would take that one's place.
    """

    kind: str
    title: Text
    every_s: float
    after_s: float = 60.0
    longest_s: float = 0.0
    inputs: Callable[[float], Mapping[str, Any]] = lambda _now_ms: {}  # by the time of asking
    is_for_whoever: bool = False


EVERY: tuple[Every, ...] = (
    Every(  # of what is due: city/forecasts.toml says how often each is learned
        "forecast.training",
        {"vi": "Huấn luyện dự báo", "en": "Training of forecasts"},
        every_s=3600,
        after_s=45,
    ),
    Every("forecast", {"vi": "Dự báo", "en": "Forecasts"}, every_s=3600, after_s=90),
    Every(
        "detection", {"vi": "Phát hiện bất thường", "en": "Detection"}, every_s=60, longest_s=300
    ),
    Every("topics", {"vi": "Chủ đề phản ánh", "en": "Topics of feedback"}, every_s=600),
    Every(
        "topics.learning",
        {"vi": "Gợi ý lĩnh vực phản ánh", "en": "Categories of feedback"},
        every_s=86_400,
        after_s=300,
    ),
    Every("brief", {"vi": "Báo cáo sáng, báo cáo nhanh", "en": "Briefs"}, every_s=300),
)


News = Callable[[], Hashable]  # of what a kind works on: another value when there is anything new


class Schedule:
    """Asks for what is due; `step` at any time.

    `news` by kind: what was there when it was asked last is not worked on again.
    """

    def __init__(
        self,
        store: JobStore,
        began_ms: float,
        *,
        every: Sequence[Every] = EVERY,
        kinds: Kinds = KINDS,
        news: Mapping[str, News] | None = None,
    ) -> None:
        self._news = news or {}
        self._worked_on: dict[str, Hashable] = {}
        self._store = store
        self._began_ms = began_ms
        self._every = [each for each in every if is_there(kinds[each.kind].module)]
        self._look_ms = 0.0
        self._not_before_ms: dict[str, float] = {}

    def step(self, now_ms: float) -> None:
        """Ask for what is due, when it is time to look."""
        if now_ms < self._look_ms:
            return
        self._look_ms = now_ms + LOOK_S * 1000
        for each in self._every:
            if now_ms < self._not_before_ms.get(each.kind, self._began_ms + each.after_s * 1000):
                continue
            last_ms, is_under_way = self._store.last_scheduled(
                each.kind, or_asked=each.is_for_whoever
            )
            due_ms = due(each, last_ms, now_ms)
            if is_under_way or now_ms < due_ms:
                self._not_before_ms[each.kind] = max(due_ms, now_ms + LOOK_S * 1000)
                continue
            waits_ms = (each.longest_s - each.every_s) * 1000
            there = self._there(each.kind)
            is_old = there is not None and there == self._worked_on.get(each.kind)
            if is_old and last_ms is not None and now_ms < due_ms + waits_ms:
                self._not_before_ms[each.kind] = now_ms + LOOK_NEWS_S * 1000
                continue
            if self._ask(each, now_ms):
                self._worked_on[each.kind] = there

    def _there(self, kind: str) -> Hashable:
        """Return what there is to work on, None where that cannot be told."""
        news = self._news.get(kind)
        return None if news is None else news()

    def _ask(self, each: Every, now_ms: float) -> bool:
        try:
            self._store.ask(
                each.kind,
                each.inputs(now_ms),
                BY_SCHEDULE,
                now_ms,
                title=each.title,
                is_scheduled=True,
            )
            self._not_before_ms[each.kind] = now_ms + each.every_s * 1000
            return True
        except JobError as error:
            said = log.info if isinstance(error, NothingToAsk) else log.error
            said("%s cannot be asked (again in %.0f s): %s", each.kind, AGAIN_S, error)
            self._not_before_ms[each.kind] = now_ms + AGAIN_S * 1000
            return False


def due(each: Every, last_ms: float | None, now_ms: float) -> float:
    """Return when it is due: once, however many times it was missed.

    What was asked in the future (the clock went back) is asked again now.
    """
    if last_ms is None or last_ms > now_ms:
        return now_ms
    return last_ms + each.every_s * 1000
