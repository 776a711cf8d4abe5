"""Doing orders about quarantine beside the data path: one after another, a part each tick.

An order that was begun by a feed that was killed is begun again: what it has come to is in the
store. An order that cannot be done yet (its dataset is in trouble) holds up those behind it only
until GIVEN_UP_S, then it is noted as it stands.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from data_access.errors import StoreError
from data_access.quarantine import Order, Orders
from data_access.store import StoreWriter

LOOK_S = 1.0  # between two looks for orders
GIVEN_UP_S = 120.0

log = logging.getLogger(__name__)


class Releasing(Protocol):
    """A dataset on its way to the store, which can do an order."""

    def release(self, order: Order, now_us: int) -> bool:
        """Do the next part; tell whether it is done."""


class QuarantineOrders:
    """The orders of one feed."""

    def __init__(self, writer: StoreWriter, orders: Orders | None) -> None:
        self._writer = writer
        self._orders = orders
        self._waiting: list[Order] = []
        self._done: int | None = None  # the newest that is, once it was looked for
        self._look_s = self._pause_s = 0.0  # until then there is no look, no part
        self._begun_s: float | None = None  # of the first that waits

    def step(self, channels: Mapping[str, Releasing], now_s: float) -> set[str]:
        """Do the next part of the oldest order; return the datasets it may have changed."""
        if now_s < self._pause_s:
            return set()
        try:
            self._look(now_s)
            return self._do(channels, now_s) if self._waiting else set()
        except Exception as error:  # no order must stop the data path
            expected = isinstance(error, StoreError)
            log.error("an order about quarantine waits: %s", error, exc_info=not expected)
            self._pause_s = now_s + LOOK_S
            return set()

    def _look(self, now_s: float) -> None:
        if self._orders is None or self._waiting or now_s < self._look_s:
            return
        self._look_s = now_s + LOOK_S
        if self._done is None:
            self._done = self._writer.orders_done()
        self._waiting = list(self._orders(self._done))

    def _do(self, channels: Mapping[str, Releasing], now_s: float) -> set[str]:
        order, now_us = self._waiting[0], int(now_s * 1e6)
        if self._begun_s is None:
            self._begun_s = now_s
        is_late = now_s - self._begun_s >= GIVEN_UP_S
        channel = channels.get(order.dataset)
        if channel is not None and not is_late and not channel.release(order, now_us):
            return {order.dataset}
        self._writer.finish_order(order, now_us=now_us)
        self._done = order.order_id
        del self._waiting[0]
        self._begun_s = None
        return {order.dataset}
