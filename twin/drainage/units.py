"""The units a SWMM model is written in, and what of them is one of ours (m, mm, m³/s).

The unit of flow decides the whole system (SWMM 5.2 user's manual, appendix A.1): CFS, GPM and MGD
are of the US, with feet, square feet and inches; CMS, LPS and MLD are metric. A model's own text
keeps its units: what a case sets is written in them, what SWMM says is read out of them.
"""

from __future__ import annotations

from dataclasses import dataclass

FOOT_M, INCH_MM = 0.3048, 25.4
US_GALLON_M3 = 231 * 0.0254**3
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Units:
    """How much of ours one of the model's units is."""

    flow: str = "CMS"
    flow_m3s: float = 1.0
    length_m: float = 1.0
    rain_mm: float = 1.0

    @property
    def area_m2(self) -> float:
        """One unit of a node's area: square metres or square feet."""
        return self.length_m**2

    @property
    def is_us(self) -> bool:
        """Whether the model is in feet and inches."""
        return self.length_m != 1


METRIC = Units()
UNITS = {
    **{
        flow: Units(flow, m3s)
        for flow, m3s in {"CMS": 1.0, "LPS": 1e-3, "MLD": 1000 / DAY_S}.items()
    },
    **{
        flow: Units(flow, m3s, FOOT_M, INCH_MM)
        for flow, m3s in {
            "CFS": FOOT_M**3,
            "GPM": US_GALLON_M3 / 60,
            "MGD": US_GALLON_M3 * 1e6 / DAY_S,
        }.items()
    },
}
