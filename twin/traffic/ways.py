"""Ways through a net: who can get where, and in how many minutes, by edges and their connections.

The engine routes its own vehicles; this answers what is asked beside it: whether a trip can be
driven at all, and how long an ambulance would take on the times a run found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

Mask = NDArray[np.bool_]
UNREACHED = np.inf


@dataclass(frozen=True, slots=True)
class Ways:
    """Edges by number, and which leads into which; two arrays of equal length."""

    edges: tuple[str, ...]
    number: Mapping[str, int]
    tails: NDArray[np.int64]
    heads: NDArray[np.int64]

    @classmethod
    def of(cls, root: Any) -> Ways:
        """Read the ways of a net (its root element)."""
        edges = tuple(
            sorted(each.get("id") for each in root.iter("edge") if each.get("function") is None)
        )
        number = {edge: n for n, edge in enumerate(edges)}
        arcs = sorted(
            {
                (number[each.get("from")], number[each.get("to")])
                for each in root.iter("connection")
                if each.get("from") in number and each.get("to") in number
            }
        )
        pairs = np.array(arcs, dtype=np.int64).reshape(-1, 2)
        return cls(edges, number, pairs[:, 0], pairs[:, 1])

    def reachable(self, pairs: Sequence[tuple[str, str]], open_: Mask) -> Mask:
        """Return for each pair of edges whether the second can be driven to from the first.

        `open_` is by edge number; a pair of which one edge is closed is never reachable.
        """
        kept = open_[self.tails] & open_[self.heads]
        shape = (len(self.edges), len(self.edges))
        ones = np.ones(int(kept.sum()), dtype=np.int8)
        graph = csr_array((ones, (self.tails[kept], self.heads[kept])), shape=shape)
        _, part = connected_components(graph, connection="strong")
        found = np.zeros(len(pairs), dtype=bool)
        asked: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row, (start, end) in enumerate(pairs):
            one, other = self.number.get(start, -1), self.number.get(end, -1)
            if one < 0 or other < 0 or not (open_[one] and open_[other]):
                continue
            if part[one] == part[other]:
                found[row] = True
            else:
                asked[one].append((row, other))
        for one, wanted in sorted(asked.items()):
            steps = dijkstra(graph, indices=one, unweighted=True)
            for row, other in wanted:
                found[row] = np.isfinite(steps[other])
        return found

    def minutes(self, starts: Iterable[str], seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return minutes from the nearest of `starts` (edges, driven whole) to each edge's end.

        `seconds` by edge number; a closed edge has infinity, and so has what cannot be reached.
        """
        size = len(self.edges)
        firsts = [self.number[edge] for edge in sorted(set(starts)) if edge in self.number]
        open_ = np.isfinite(seconds)
        kept = open_[self.tails] & open_[self.heads]
        tails, heads = self.tails[kept], self.heads[kept]
        # One more place, from which every start is entered.
        tails = np.concatenate([tails, np.full(len(firsts), size, dtype=np.int64)])
        heads = np.concatenate([heads, np.array(firsts, dtype=np.int64)])
        usable = open_[heads]
        tails, heads = tails[usable], heads[usable]
        weights = np.maximum(seconds[heads], 1e-6)
        graph = csr_array((weights, (tails, heads)), shape=(size + 1, size + 1))
        reached: NDArray[np.float64] = dijkstra(graph, indices=size)[:size] / 60
        return reached

    def path(
        self, starts: Iterable[str], ends: Iterable[str], cost: NDArray[np.float64]
    ) -> list[str]:
        """Return the cheapest chain of edges from one of `starts` to one of `ends`; [] for none."""
        size = len(self.edges)
        graph = csr_array(
            (np.maximum(cost[self.heads], 1e-6), (self.tails, self.heads)), shape=(size, size)
        )
        best: tuple[float, list[int]] = (UNREACHED, [])
        wanted = sorted(self.number[edge] for edge in set(ends) if edge in self.number)
        for start in sorted(self.number[edge] for edge in set(starts) if edge in self.number):
            far, before = dijkstra(graph, indices=start, return_predecessors=True)
            for end in wanted:
                total = float(far[end] + cost[start])
                if total < best[0]:
                    chain = [end]
                    while chain[-1] != start:
                        chain.append(int(before[chain[-1]]))
                    best = (total, chain[::-1])
        return [self.edges[n] for n in best[1]]
