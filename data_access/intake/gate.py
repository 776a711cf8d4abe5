"""Who may be connected to a port of the feed, and how often each may ask. No socket, no clock.

Bounded in all and by address, so that nobody takes the place of the others: connections, and
requests by a bucket that fills with so many a second and holds twice as many. What is refused costs
the bucket more: guessing tokens is slow. This machine itself is let in when all places are taken,
so that whoever watches the feed still can.

An address is one of IPv4, or a network of 64 bits of IPv6: that is what one sender has.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

log = logging.getLogger(__name__)

REFUSED_COSTS = 20.0  # requests that are answered
MOST_KNOWN = 10_000  # buckets; a full one need not be remembered
SAID_S = 60.0  # between two lines of the log for one reason
_IPV6_OF_ONE = 64  # bits

Peer = tuple[str, int]  # address and port of the other side


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much there may be, of all and of one address."""

    connections: int = 512
    connections_each: int = 128
    rate_each: float = 500.0  # requests a second


@dataclass(slots=True)
class Gate:
    """One port; `lost` is called when a connection is refused, or was for nothing."""

    name: str
    bounds: Bounds
    clock: Callable[[], float]
    lost: Callable[[], None] = lambda: None
    allows: Callable[[str], bool] = lambda _address: True
    spares_here: bool = False  # this machine is let in when all places are taken
    refused: Counter[str] = field(default_factory=Counter)  # by reason
    _inside: dict[Peer, str] = field(default_factory=dict)
    _of: Counter[str] = field(default_factory=Counter)  # connections by address
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)  # requests left, when
    _said_s: dict[str, float] = field(default_factory=dict)

    @property
    def connections(self) -> int:
        """How many are connected."""
        return len(self._inside)

    def enter(self, peer: Peer) -> bool:
        """Take a connection in, or tell that it must go."""
        address, is_full = one_of(peer[0]), self.connections >= self.bounds.connections
        if not self.allows(peer[0]):
            self.lose("unknown", peer)
        elif self._of[address] >= self.bounds.connections_each:
            self.lose("address", peer)
        elif is_full and not (self.spares_here and is_here(peer[0])):
            self.lose("connections", peer)
        else:
            self._inside[peer] = address
            self._of[address] += 1
            return True
        return False

    def leave(self, peer: Peer) -> None:
        """Take note that a connection is over; more than once does no harm."""
        address = self._inside.pop(peer, None)
        if address is None:
            return
        self._of[address] -= 1
        if not self._of[address]:
            del self._of[address]

    def lose(self, reason: str, peer: Peer) -> None:
        """Count that a connection was not taken in, or came to nothing."""
        self.refuse(reason, peer)
        self.lost()

    def may_ask(self, peer: Peer) -> bool:
        """Take a request from a sender's bucket, or tell that it asks too often."""
        left = self._left(one_of(peer[0]))
        if left < 1.0:
            self.refuse("rate", peer)
            return False
        self._put(one_of(peer[0]), left - 1.0)
        return True

    def refuse(self, reason: str, peer: Peer, *, costs: float = 0.0) -> None:
        """Count that somebody was turned away; `costs` so many requests of its bucket."""
        self.refused[reason] += 1
        if costs:
            address = one_of(peer[0])
            self._put(address, max(0.0, self._left(address) - costs))
        now_s = self.clock()
        if now_s - self._said_s.get(reason, -SAID_S) >= SAID_S:
            self._said_s[reason] = now_s
            count = self.refused[reason]
            log.warning("%s: %s is turned away (%s; %d so far)", self.name, peer[0], reason, count)

    def _left(self, address: str) -> float:
        rate = self.bounds.rate_each
        left, at_s = self._buckets.get(address, (2 * rate, self.clock()))
        return min(2 * rate, left + rate * max(0.0, self.clock() - at_s))

    def _put(self, address: str, left: float) -> None:
        if address not in self._buckets and len(self._buckets) >= MOST_KNOWN:
            self._forget()
        self._buckets[address] = left, self.clock()

    def _forget(self) -> None:
        """Forget buckets that are full again; when none is, the half that asked least lately."""
        most = 2 * self.bounds.rate_each
        full = [address for address in self._buckets if self._left(address) >= most]
        oldest = sorted(self._buckets, key=lambda address: self._buckets[address][1])
        for address in full or oldest[: MOST_KNOWN // 2]:
            del self._buckets[address]


def one_of(address: str) -> str:
    """Return what counts as one sender."""
    try:
        at = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(at, IPv6Address):
        return str(at)
    if at.ipv4_mapped is not None:
        return str(at.ipv4_mapped)
    return f"{int(at) >> _IPV6_OF_ONE:x}/{_IPV6_OF_ONE}" if not at.is_loopback else str(at)


def is_here(address: str) -> bool:
    """Tell whether an address is this machine's own."""
    try:
        at = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(at, IPv6Address) and at.ipv4_mapped is not None:
        at = at.ipv4_mapped
    return at.is_loopback
