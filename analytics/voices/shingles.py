"""Which texts share many runs of letters: min-wise hashing (Broder 1997) in bands.

A candidate is no verdict: texts of a common band are alike with a chance that rises steeply where
half of their shingles are common. The hash functions are fixed, so that the same texts always fall
into the same bands.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LETTERS = 4  # of a shingle
BANDS, ROWS = 16, 4  # a band of 4: half in common is found with 1 - (1 - 0.5^4)^16 = 64 %
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, of 64 bits: the golden ratio's

_random = np.random.default_rng(20_251_130)
_FACTORS = _random.integers(1, 2**63, size=(BANDS * ROWS, 1), dtype=np.uint64) | np.uint64(1)
_SHIFTS = _random.integers(0, 2**63, size=(BANDS * ROWS, 1), dtype=np.uint64)


def bands(text: str) -> list[bytes]:
    """Return the bands of a text's signature; none of a text without any shingle."""
    shingled = _shingles(text)
    if not len(shingled):
        return []
    signature = ((_FACTORS * shingled + _SHIFTS) >> np.uint64(32)).min(axis=1)
    return [band.tobytes() for band in signature.reshape(BANDS, ROWS)]


def _shingles(text: str) -> npt.NDArray[np.uint64]:
    codes = np.frombuffer(f" {text} ".encode("utf-32-le"), np.uint32).astype(np.uint64)
    if len(codes) < LETTERS:
        return np.empty(0, np.uint64)
    length = len(codes) - LETTERS + 1
    mixed = np.zeros(length, np.uint64)
    for at in range(LETTERS):
        mixed = mixed * _BASE + codes[at : at + length]
    return np.unique(mixed)
