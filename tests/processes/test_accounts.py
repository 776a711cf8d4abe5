"""`app.py account`: people who may sign in, made at the machine itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from permissions.audit import AuditLog
from permissions.database import open_operations
from permissions.identity import Accounts
from permissions.keys import key_for
from settings import Settings
from tests.conftest import ROOT
from tests.processes.started import python

PASSWORD = "một mật khẩu thật dài"
ADD = ("add", "binh", "--role", "operator", "--name", "Nguyễn Văn Bình")


def account(folder: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        python("app.py", "account", *arguments),
        input=typed,
        cwd=ROOT,
        env={"IOC_DATA_DIR": str(folder), "IOC_HOST": "0.0.0.0", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which Bình has an account."""
    folder = tmp_path_factory.mktemp("accounts") / "var"
    done = account(folder, *ADD, typed=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert "binh may sign in as operator" in done.stdout
    return folder


def test_who_was_added_may_sign_in_and_the_audit_knows_who_did_it(folder: Path) -> None:
    settings = Settings.model_validate({"data_dir": folder})
    engine = open_operations(settings.operations_url)
    people = Accounts(engine, key=key_for(settings, "throttle"))
    person = people.sign_in("binh", PASSWORD, address="127.0.0.1", now_ms=1.0)
    assert (person.role, person.ceiling.level) == ("operator", "internal")
    (row, *_) = AuditLog(engine, key=key_for(settings, "audit")).recent(action="account.add")
    assert row["target"] == "account/binh"
    assert row["actor"].startswith("shell:")
    assert PASSWORD not in str(row)
    engine.dispose()


def test_the_list_names_them(folder: Path) -> None:
    assert "Nguyễn Văn Bình" in account(folder, "list").stdout


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (ADD, PASSWORD, "exists"),
        (("add", "an", "--role", "operator", "--name", "An"), "short", "12 to 256"),
        (("add", "Bad Name", "--role", "viewer", "--name", "x"), PASSWORD, "expected a letter"),
        (("disable", "nobody"), "", "no account"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    folder: Path, arguments: tuple[str, ...], typed: str, said: str
) -> None:
    done = account(folder, *arguments, typed=f"{typed}\n")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
