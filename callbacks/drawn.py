"""Tiles drawn for pages, kept by what they were drawn from: fifty consoles cost one drawing.

The key says everything a drawing depends on, versions first; nothing here is out of date.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from dash.development.base_component import Component

KEPT = 256


class Drawn:
    """The drawings used last, for all threads of a process."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._found: OrderedDict[Hashable, Component] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Component]) -> Component:
        """Return what was drawn for `key`, drawing it when there is nothing yet."""
        with self._lock:
            kept = self._found.get(key)
            if kept is not None:
                self._found.move_to_end(key)
                return kept
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._size:
                self._found.popitem(last=False)
        return made
