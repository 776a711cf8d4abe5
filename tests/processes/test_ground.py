"""Before anything starts: the data folder is ours, the ports are free."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from processes import ground
from processes.errors import DataDirInUse, PortTaken
from settings import Settings
from tests.processes.started import free_ports


def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        (free,) = free_ports(1)
        taken = other.getsockname()[1]
        settings = Settings(web_port=free, wall_port=taken)
        with pytest.raises(PortTaken, match=rf"^Port {taken} on 127.0.0.1 .* set IOC_WALL_PORT"):
            ground.check_ports(settings)


def test_free_ports_pass_and_stay_free() -> None:
    web, wall = free_ports(2)
    ground.check_ports(Settings(web_port=web, wall_port=wall))
    socket.create_server(("127.0.0.1", web)).close()


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_said(host: str) -> None:
    with pytest.raises(PortTaken, match=f"IOC_HOST='{host}' is no address of this machine"):
        ground.check_ports(Settings(host=host))


def test_a_data_folder_is_held_once_and_free_again_afterwards(tmp_path: Path) -> None:
    again = ground.held(tmp_path / "new")
    with ground.held(tmp_path / "new"), pytest.raises(DataDirInUse, match="already runs on"):
        again.__enter__()
    with ground.held(tmp_path / "new"):
        pass


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(DataDirInUse, match=r"cannot be written .* set IOC_DATA_DIR"),
        ground.held(tmp_path / "file" / "below"),
    ):
        pass
