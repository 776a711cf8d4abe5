"""The web application on stand-ins, its Flask client, and signed-in clients."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from callbacks.desk import Desk
from callbacks.web import create_app
from settings import Settings
from tests.pages.browse import Client
from tests.pages.stand_in import StandInLink, make_desk


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Keep migrations and requests out of the tests' output."""
    for name in ("alembic", "werkzeug"):
        logging.getLogger(name).setLevel(logging.WARNING)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var", web_port=8050, wall_port=8051)


@pytest.fixture
def reach(settings: Settings) -> Iterator[Desk]:
    desk = make_desk(settings)
    yield desk
    desk.close()


@pytest.fixture
def link(reach: Desk) -> StandInLink:
    assert isinstance(reach.link, StandInLink)
    return reach.link


@pytest.fixture
def server(settings: Settings, reach: Desk) -> Flask:
    return create_app(settings, reach=reach).server


@pytest.fixture
def stranger(server: Flask) -> Client:
    """A browser that has not signed in."""
    return Client(server)


@pytest.fixture
def operator(server: Flask) -> Client:
    return Client(server).sign_in("operator")


@pytest.fixture
def leader(server: Flask) -> Client:
    return Client(server).sign_in("leader")


@pytest.fixture
def viewer(server: Flask) -> Client:
    return Client(server).sign_in("viewer")


@pytest.fixture
def public(settings: Settings, tmp_path: Path) -> Iterator[tuple[Flask, Desk]]:
    """The application as it is behind a public https address."""
    behind = settings.model_copy(
        update={"wall_public_url": "https://ioc.example.org", "data_dir": tmp_path / "public"}
    )
    desk = make_desk(behind)
    yield create_app(behind, reach=replace(desk)).server, desk
    desk.close()
