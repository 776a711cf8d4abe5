"""What a depth of water is called: the band of the city's scale, where dry ground is in one.

A scale that begins above 0 has no word for ground that stayed dry: it is in none of its bands.
"""

from __future__ import annotations

from data_access.scales import Band, Scale

DRY_M = 0.0


def depth_band(scale: Scale, depth_m: float) -> Band | None:
    """Return the band of a depth; of dry ground only one that ends at 0."""
    band = scale.band(depth_m)
    if depth_m > DRY_M or band is None or band.upper is None:
        return band
    return band if band.upper <= DRY_M else None
