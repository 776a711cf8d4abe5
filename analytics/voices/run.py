"""The work `topics` and `topics.learning`: what citizens say now, put as findings on any glass.

Inputs: `parts` (which findings: topics, duplicates, quality) and `atMs` (of when; default now). The
first two are asked for every few minutes; `quality` learns and measures, which is done once a day.
The findings are of the datasets they are made of: their owner, origin and classification.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from analytics.voices import quality, telling
from analytics.voices.labels import CategoryLabels
from analytics.voices.names import DUPLICATES, QUALITY, TOPICS
from analytics.voices.voice import DATASETS, Heard, hear
from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.build import build_envelope
from data_access.aggregates.feedback import REQUESTS
from data_access.envelope import Payload, Text
from data_access.errors import DataError
from data_access.opening import read_city
from data_access.store import open_reader
from jobs.working import WorkFailed, Working
from permissions.database import connect_operations
from settings import Settings

Part = Literal["topics", "duplicates", "quality"]
Make = Callable[[Heard], Payload]


class Inputs(BaseModel):
    """What may be asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parts: tuple[Part, ...] = ("topics", "duplicates")
    at_ms: float | None = Field(None, alias="atMs", gt=0)


def _quality(heard: Heard) -> Payload:
    return quality.of_quality(heard, quality.learned(heard))


FINDINGS: Mapping[Part, tuple[str, tuple[str, ...], Text, Make]] = {
    "topics": (TOPICS, DATASETS, text("Người dân nói gì", "What people speak of"),
               telling.of_topics),
    "duplicates": (DUPLICATES, (REQUESTS,),
                   text("Nhiều người cùng phản ánh", "Reported by several"),
                   telling.of_duplicates),
    "quality": (QUALITY, DATASETS, text("Chất lượng phân tích phản ánh", "How good it is told"),
                _quality),
}  # fmt: skip


def learn(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Learn from the store's own labels, and publish how good that is."""
    return work({"parts": ["quality"], **inputs}, working)


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Read what was said, publish a finding a part, return the figures of each.

    Raises WorkFailed where the inputs are wrong or the store cannot be read.
    """
    try:
        asked = Inputs.model_validate(dict(inputs))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "inputs"
        raise WorkFailed("input", f"{where}: {first['msg']}") from error
    now_ms = asked.at_ms if asked.at_ms is not None else time.time() * 1000
    working.progress(0.0, "reading")
    try:
        return _told(asked, working, now_ms)
    except DataError as error:
        raise WorkFailed("data", str(error)) from error


def _decided(settings: Settings) -> Mapping[str, str]:
    """Return the categories that people gave to requests of none."""
    engine = connect_operations(settings.operations_url)
    try:
        return {each.request_id: each.chosen for each in CategoryLabels(engine).newest()}
    except SQLAlchemyError:  # a store whose web has not started yet
        return {}
    finally:
        engine.dispose()


def _given(payload: Payload, _view: View) -> Payload:
    return payload


def _told(asked: Inputs, working: Working, now_ms: float) -> Mapping[str, Any]:
    city = read_city(working.settings)
    reader = open_reader(working.settings)
    figures: dict[str, Any] = {}
    try:
        with reader.snapshot() as snapshot:
            heard = hear(View(snapshot, city, now_ms, lambda _: None))
            if "quality" in asked.parts:
                heard = replace(heard, decided=_decided(working.settings))
            for done, part in enumerate(asked.parts):
                working.check()
                working.progress((done + 0.3) / len(asked.parts), f"voices.{part}")
                name, datasets, label, make = FINDINGS[part]
                payload = make(heard)
                known = tuple(each for each in datasets if each in city.datasets)
                if not known:
                    raise WorkFailed("data", f"this city has no dataset {' or '.join(datasets)}")
                made = Aggregate(name, known, partial(_given, payload), label=label)
                working.publish(
                    build_envelope(
                        made, snapshot, city, now_ms=now_ms, version=0, read=lambda _: None
                    )
                )
                figures[part] = {
                    key: each["value"] for key, each in payload.get("numbers", {}).items()
                }
    finally:
        reader.close()
    return {"figures": figures}
