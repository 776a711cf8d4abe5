"""The units of deploy/: their commands are ours, their settings known, systemd takes them."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from processes.role import ROLES
from settings import PREFIX, Settings
from tests.conftest import ROOT
from tests.redis_server import redis_server
from wall.shared.server import connect, refuse_forgetful

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("ioc*"))


def read(unit: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read_string(unit.read_text().replace("\\\n", " "))
    return parser


def test_each_role_has_a_unit_and_the_target_wants_them_all() -> None:
    target = read(DEPLOY / "systemd" / "ioc.target")["Unit"]["Wants"].split()
    assert set(target) == {f"ioc-{role}.service" for role in ROLES}
    for role in ROLES:
        unit = read(DEPLOY / "systemd" / f"ioc-{role}.service")
        assert unit["Service"]["ExecStart"].endswith(f"app.py {role}")
        assert unit["Service"]["Restart"] == "always"


def test_the_example_names_settings_there_are() -> None:
    text = (DEPLOY / "ioc.env.example").read_text()
    named = set(re.findall(r"^(IOC_\w+)=", text, re.MULTILINE))
    assert named
    assert named <= {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_the_controllers_trust_a_redis_that_is_set_as_deploy_has_it(tmp_path: Path) -> None:
    configuration = DEPLOY / "redis-ioc.conf"
    password = re.search(r"^requirepass (.+)$", configuration.read_text(), re.MULTILINE)
    assert password is not None
    with redis_server(tmp_path, "--logfile", "", configuration=configuration) as server:
        client = connect(server.url.replace("//", f"//:{password[1]}@"))
        refuse_forgetful(client)
        client.close()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_the_units() -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, UNITS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    wrong = [
        line
        for line in done.stderr.splitlines()
        if line.startswith("ioc") and "is not executable: No such file" not in line
    ]
    assert wrong == []
