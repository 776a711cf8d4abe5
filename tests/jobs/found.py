"""An envelope as work publishes it."""

from __future__ import annotations

from data_access.classification import Classification
from data_access.envelope import LIVE, Envelope


def finding(name: str, number: float, *, realm: str = LIVE) -> Envelope:
    return Envelope(
        realm=realm,
        aggregate=name,
        version=0,
        label={"vi": "Kết quả", "en": "Finding"},
        state="ok",
        made_at_ms=1.0,
        as_of_ms=1.0,
        source_at_ms=None,
        stale_after_ms=1e12,
        owner="data-office",
        owner_label={"vi": "Dữ liệu", "en": "Data"},
        datasets=(),
        origin="simulated",
        classification=Classification("internal"),
        payload={
            "numbers": {
                "n": {
                    "label": {"vi": "Số", "en": "Number"},
                    "value": number,
                    "unit": "",
                    "decimals": 0,
                    "status": "normal",
                }
            }
        },
    )
