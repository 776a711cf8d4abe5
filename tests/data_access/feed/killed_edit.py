"""Taking edited files in, killed: `python -m tests.data_access.feed.killed_edit LAKE NOW DATA…`.

Each folder of data is called as the dataset it is of. Prints for each at which writes it was killed
(tests/data_access/dying.py).
"""

from __future__ import annotations

import sys
from pathlib import Path

import data_access.channel
from data_access.city import City, load_city
from data_access.reading import Folder
from data_access.store import StoreWriter, open_engine
from data_access.store.engine import migrate
from settings import Settings
from tests.conftest import ROOT
from tests.data_access.dying import die_spread

DEATHS = 6
CHUNK = 3  # rows of one transaction


def play(city: City, dataset: str, lake: Path, data: Path, *moments_us: int) -> None:
    """Read the files of a dataset at each of these moments, and write all that is due by then."""
    contract = city.datasets[dataset]
    is_new = not data.exists()
    engine = open_engine(Settings(data_dir=data).observations_url)
    if is_new:
        migrate(engine)
    writer = StoreWriter(engine, city.zone)
    channel = data_access.channel.Channel(
        contract, city, writer, [Folder(lake, "replay", contract)]
    )
    for now_us in moments_us:
        channel.scan(now_us, 1.0)
        channel.step(now_us)
        while channel.is_busy:
            channel.step(now_us)
    writer.close()


def main() -> None:
    """Die again and again."""
    lake, now_us, *folders = sys.argv[1:]
    city = load_city(ROOT / "city")
    data_access.channel.CHUNK = CHUNK
    for folder in map(Path, folders):

        def act(copy: Path, dataset: str = folder.name) -> None:
            play(city, dataset, Path(lake), copy, int(now_us))

        print(*die_spread(folder, act, DEATHS))


if __name__ == "__main__":
    main()
