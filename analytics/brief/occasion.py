"""When a brief is made by itself: the morning's at its hour, a flash brief of a new, grave alert.

Pure; what was made and told of before is the caller's to know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from analytics.brief.brief import GRAVITY
from data_access.classification import Classification
from data_access.envelope import Envelope, Item
from language.formats import local

ACTIVE = "active"  # the list of alerts in force, in whichever aggregate has one
GRAVE = ("critical", "warning")

About = tuple[str, Item]  # the aggregate, and the alert in it


def is_due(daily_at: str, last_ms: float | None, now_ms: float, *, timezone: str) -> bool:
    """Tell whether the brief of a day is still to be made, at "06:30" local time or ever after."""
    hour, minute = map(int, daily_at.split(":"))
    now = local(now_ms, timezone=timezone)
    begins_ms = now.replace(hour=hour, minute=minute, second=0, microsecond=0).timestamp() * 1000
    if now_ms < begins_ms:
        return False
    return last_ms is None or last_ms < begins_ms or last_ms > now_ms


def alerts(
    names: Sequence[str], envelopes: Mapping[str, Envelope], *, ceiling: Classification
) -> Iterator[About]:
    """Yield the alerts that are meant and may be told, of every severity."""
    for name in names:
        envelope = envelopes.get(name)
        if envelope is None or envelope.state != "ok":
            continue
        if not envelope.classification.within(ceiling):
            continue
        for item in envelope.payload.get("items", {}).get(ACTIVE, []):
            if item.get("actual", True) is not False:
                yield name, item


def alert(envelopes: Mapping[str, Envelope], name: str, item_id: str) -> About | None:
    """Return one alert by its aggregate and id, None where it is not in force."""
    envelope = envelopes.get(name)
    found = [] if envelope is None else envelope.payload.get("items", {}).get(ACTIVE, [])
    return next(((name, item) for item in found if item["id"] == item_id), None)


def newest_unseen(
    names: Sequence[str],
    envelopes: Mapping[str, Envelope],
    *,
    known: Collection[str],
    ceiling: Classification,
    now_ms: float,
) -> tuple[About | None, tuple[str, ...]]:
    """Return the gravest alert not among `known` ("<aggregate>:<id>"), and all grave ones.

    Of those as grave the newest. An aggregate that is stale tells of nothing new.
    """
    grave = [
        about
        for about in alerts(names, envelopes, ceiling=ceiling)
        if about[1]["severity"] in GRAVE and _is_fresh(envelopes[about[0]], now_ms)
    ]
    grave.sort(key=lambda about: (GRAVITY.index(about[1]["severity"]), -about[1]["atMs"]))
    active = tuple(sorted({id_of(about) for about in grave}))
    return next((about for about in grave if id_of(about) not in known), None), active


def id_of(about: About) -> str:
    """Return what an alert is called among those of all aggregates."""
    return f"{about[0]}:{about[1]['id']}"


def _is_fresh(envelope: Envelope, now_ms: float) -> bool:
    return envelope.as_of_ms is not None and now_ms - envelope.as_of_ms <= envelope.stale_after_ms
