"""What the twins are asked by themselves, as the schedule of the jobs role asks it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from data_access.city import City
from data_access.durations import duration_s
from data_access.errors import DataError
from data_access.opening import read_city
from data_access.store.reader import open_reader
from jobs.errors import NothingToAsk
from jobs.schedule import Every
from jobs.store import JobStore
from settings import Settings
from twin.calibrated import inputs_of
from twin.standing import Question, read_standing, scenario_of

AFTER_S = 150.0  # the room has its first data by then, and its forecasts


def standing_questions(settings: Settings, store: JobStore) -> list[Every]:
    """Return what this city's twins are asked by themselves; raises CityError, BoundaryError."""
    city = read_city(settings)
    return [_every(question, city, settings, store) for question in read_standing(settings.city)]


def _every(question: Question, city: City, settings: Settings, store: JobStore) -> Every:
    def inputs(now_ms: float) -> Mapping[str, Any]:
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        try:
            reader = open_reader(settings)
            try:
                scenario = scenario_of(question, reader, city, settings.city, now)
            finally:
                reader.close()
        except (ValueError, DataError, SQLAlchemyError) as error:
            raise NothingToAsk(str(error)) from error
        return inputs_of(store, question.kind, scenario)

    return Every(
        question.job_kind,
        dict(question.title),
        every_s=duration_s(question.every),
        after_s=AFTER_S,
        inputs=inputs,
        is_for_whoever=True,
    )
