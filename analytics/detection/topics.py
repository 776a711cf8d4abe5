"""What callers call about, one name a topic: branches of a hotline hear of the same things."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.detection.reading import Watcher
from analytics.detection.surge import Surge


def topic_names(watcher: Watcher, options: Surge) -> Mapping[str, str]:
    """Return the topic of every entity: itself, or what stands after its last stroke."""
    newest = watcher.snapshot.newest(options.dataset, options.indicator)
    if options.topic_of == "entity":
        return {each.entity: each.entity for each in newest}
    return {each.entity: each.entity.rpartition("/")[2] for each in newest}
