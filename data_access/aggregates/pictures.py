"""Which cameras have pictures, and by which ways: what a camera's tile is drawn from.

It says no address: those stay in the contracts. Like all that is of the room and not of data it
tells only of now, so that no realm of the past shows what a camera sees today.
"""

from __future__ import annotations

from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.parts import column, table, words
from data_access.city import City
from data_access.classification import Classification, highest
from data_access.contracts import DatasetContract
from data_access.durations import duration_s
from data_access.envelope import Payload
from data_access.pictures import Camera

PICTURES = "city.pictures"
DRAWN = "drawn"  # a way of simulated cameras: the picture is drawn by us, and says so
DRAWN_EVERY_S, DRAWN_FROZEN_S = 1.0, 15.0


def pictures(view: View) -> Payload:
    """Return the cameras of all datasets that have pictures."""
    rows = [row for contract in view.city.datasets.values() for row in _rows(view, contract)]
    columns = [
        words("name", text("Camera", "Camera")),
        words("ways", text("Cách truyền", "Ways")),
        column("every_s", text("Ảnh chụp mỗi", "Snapshot every"), "s"),
        column("frozen_s", text("Coi là đứng hình sau", "Frozen after"), "s"),
    ]
    return {"tables": {"cameras": table(text("Hình camera", "Camera pictures"), columns, rows)}}


def _rows(view: View, contract: DatasetContract) -> list[dict[str, Any]]:
    if contract.pictures is None:
        return []
    places = view.snapshot.places(contract.id)
    rows = [
        _row(contract, name, camera, places[name].name if name in places else name)
        for name, camera in contract.pictures.cameras.items()
    ]
    current = view.snapshot.current(contract.id)
    if current is not None and current.origin == "simulated":
        missing = sorted(places.keys() - contract.pictures.cameras.keys())
        rows += [_row(contract, name, None, places[name].name) for name in missing]
    return rows


def _row(contract: DatasetContract, name: str, camera: Camera | None, place: str) -> dict[str, Any]:
    title = text(place, place) if camera is None or camera.name is None else camera.name
    return {
        "name": title,
        "ways": DRAWN if camera is None else " ".join(camera.ways),
        "every_s": DRAWN_EVERY_S if camera is None else duration_s(camera.every),
        "frozen_s": DRAWN_FROZEN_S if camera is None else duration_s(camera.frozen_after),
        "source": {"dataset": contract.id, "entity": name},
    }


def _classified(city: City) -> Classification:
    found = [c.pictures.classification for c in city.datasets.values() if c.pictures is not None]
    return highest(found)


AGGREGATES = (
    Aggregate(
        PICTURES,
        (),
        pictures,
        label=text("Hình camera", "Camera pictures"),
        classified=_classified,
    ),
)
