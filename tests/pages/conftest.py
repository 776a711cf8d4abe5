"""The web application on stand-ins, its Flask client, and signed-in clients."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from callbacks.desk import Desk, put
from callbacks.web import create_app
from settings import Settings
from tests.pages.browse import Client
from tests.pages.stand_in import StandInLink, make_desk


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Keep migrations and requests out of the tests' output."""
    for name in ("alembic", "werkzeug"):
        logging.getLogger(name).setLevel(logging.WARNING)


SECRET = "a-secret-of-the-tests"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with its tables and the demo accounts, to begin each test from."""
    settings = _settings(tmp_path_factory.mktemp("migrated"))
    make_desk(settings).close()
    return settings.data_dir / "operations.sqlite"


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application is the same for all tests; its desk is each test's own."""
    settings = _settings(tmp_path_factory.mktemp("application"))
    desk = make_desk(settings)
    yield create_app(settings, reach=desk).server
    desk.close()


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> Settings:
    made = _settings(tmp_path)
    made.data_dir.mkdir()
    shutil.copy(migrated, made.data_dir)
    return made


@pytest.fixture
def reach(settings: Settings) -> Iterator[Desk]:
    opened = make_desk(settings)
    yield opened
    opened.close()


@pytest.fixture
def link(reach: Desk) -> StandInLink:
    assert isinstance(reach.link, StandInLink)
    return reach.link


@pytest.fixture
def server(application: Flask, reach: Desk) -> Flask:
    put(application, reach)
    return application


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
def public(tmp_path: Path) -> Iterator[tuple[Flask, Desk]]:
    """The application as it is behind a public https address."""
    behind = _settings(tmp_path / "public", wall_public_url="https://ioc.example.org")
    opened = make_desk(behind)
    yield create_app(behind, reach=opened).server, opened
    opened.close()


def _settings(folder: Path, **more: str) -> Settings:
    return Settings.model_validate({"data_dir": folder / "var", "service_token": SECRET, **more})
