"""Settings: one typed object; a wrong name or value is refused in one sentence."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from settings import PREFIX, Settings, SettingsError, load_settings
from tests.conftest import ROOT


def _load(**environment: str) -> Settings:
    return load_settings(environment, env_file=None)


def test_defaults_are_those_of_a_room_on_this_machine() -> None:
    settings = _load()
    assert (settings.host, settings.web_port, settings.wall_port) == ("127.0.0.1", 8050, 8051)
    assert settings.is_loopback
    assert settings.simulates
    assert settings.language == "vi"
    assert settings.wall_url == "ws://127.0.0.1:8051/ws"


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_readme_lists_every_setting_and_no_other() -> None:
    listed = re.findall(r"^\| `(IOC_\w+)`", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    fields = {name for name, field in Settings.model_fields.items() if not field.exclude}
    assert sorted(listed) == sorted(f"{PREFIX}{name.upper()}" for name in fields)


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(SettingsError, match=r"^Unknown setting IOC_WEBPORT: did you mean IOC_WEB_"):
        _load(IOC_WEBPORT="8050")


def test_an_unknown_name_like_no_other_lists_all() -> None:
    with pytest.raises(SettingsError, match="known are IOC_AI_CEILING, IOC_AI_MODEL"):
        _load(IOC_ZZZZZZ="1")


def test_names_of_the_tests_are_left_alone() -> None:
    assert _load(IOC_TEST_DATA="/nowhere").web_port == 8050


def test_an_empty_value_means_the_default() -> None:
    assert _load(IOC_WEB_PORT="", IOC_LAKE="").web_port == 8050


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("IOC_WEB_PORT", "eighty", "valid integer"),
        ("IOC_WEB_PORT", "70000", "less than or equal to 65535"),
        ("IOC_WEB_PORT", "8051", "must differ from IOC_WEB_PORT"),
        ("IOC_WALL_PORT", "8050", "must differ from IOC_WEB_PORT"),
        ("IOC_REPLAY_SPEED", "61", "less than or equal to 60"),
        ("IOC_REPLAY_SPEED", "nan", "less than or equal to 60"),
        ("IOC_SIMULATE", "maybe", "valid boolean"),
        ("IOC_LANGUAGE", "fr", "'vi' or 'en'"),
        ("IOC_LAKE", "/no/such/folder", "is no folder"),
        ("IOC_BOUNDARIES", "/no/such/folder", "is no folder"),
        ("IOC_CITY", "/tmp", "has no city.toml"),
        ("IOC_DATA_DIR", __file__, "is no folder"),
        ("IOC_WALL_ORIGINS", "http://a.example b.example", "'b.example' is no origin"),
        ("IOC_WALL_PUBLIC_URL", "http://room.example", "https origin"),
        ("IOC_WALL_PUBLIC_URL", "https://room.example/path", "https origin"),
        ("IOC_DATABASE_URL", "mysql://root:hidden@db/x", "postgresql://"),
        ("IOC_REDIS_URL", "http://cache", "redis://"),
        ("IOC_WALL_STANDBY_URLS", "ws://a:1/ws b:8051", "no address such as"),
        ("IOC_WALL_PEERS", "c.example:8051", "must be like ngo-quyen=ws://"),
        ("IOC_WALL_PEER_LINKS", "x=ws://a:1/ws", "does not name the site 'x'"),
        ("IOC_SERVICE_TOKEN", "short", "at least 16 characters"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(name: str, text: str, why: str) -> None:
    with pytest.raises(SettingsError) as refused:
        _load(**{name: text})
    sentence = str(refused.value)
    assert why in sentence
    assert sentence.startswith("IOC_WALL_PORT" if text == "8051" else name)
    assert "\n" not in sentence
    assert sentence.endswith(").")


@pytest.mark.parametrize("name", ["IOC_DATABASE_URL", "IOC_REDIS_URL", "IOC_SERVICE_TOKEN"])
def test_a_secret_is_never_in_the_sentence(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        _load(**{name: "x://hunter2"})
    assert "hunter2" not in str(refused.value)


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("IOC_WEB_PORT=9000\nIOC_WALL_PORT=9001\nOTHER=1\n")
    settings = load_settings({"IOC_WEB_PORT": "9010"}, env_file=env_file)
    assert (settings.web_port, settings.wall_port) == (9010, 9001)


def test_urls_of_stores_name_their_driver() -> None:
    settings = _load(IOC_DATABASE_URL="postgresql://ioc@db/ioc")
    assert settings.observations_url == "postgresql+psycopg://ioc@db/ioc"
    assert _load(IOC_DATA_DIR="/tmp/room").operations_url == "sqlite:////tmp/room/operations.sqlite"


def test_origins_are_blank_separated() -> None:
    settings = _load(IOC_WALL_ORIGINS="http://a.example:1/ https://b.example")
    assert settings.wall_origins == ("http://a.example:1", "https://b.example")


def test_a_room_open_to_the_network_is_not_loopback() -> None:
    settings = _load(IOC_HOST="0.0.0.0")
    assert not settings.is_loopback
    assert settings.wall_url == "ws://127.0.0.1:8051/ws"


def test_the_secret_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    settings = _load(IOC_DATA_DIR=str(tmp_path / "new"))
    made = settings.secret()
    assert len(made) >= 32
    assert settings.secret() == made
    mode = (tmp_path / "new" / "service-token").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["service-token"]


def test_a_given_secret_is_not_written(tmp_path: Path) -> None:
    settings = _load(IOC_DATA_DIR=str(tmp_path), IOC_SERVICE_TOKEN="given-from-outside")
    assert settings.secret() == "given-from-outside"
    assert list(tmp_path.iterdir()) == []


def test_an_emptied_secret_file_is_said_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "service-token").write_text("")
    with pytest.raises(SettingsError, match="holds no service token; delete it"):
        _load(IOC_DATA_DIR=str(tmp_path)).secret()


def _secret_of(folder: str) -> str:
    return _load(IOC_DATA_DIR=folder).secret()


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        for attempt in range(8):
            folder = str(tmp_path / str(attempt))
            assert len(set(pool.map(_secret_of, [folder] * 4))) == 1


def test_pages_and_services_know_the_other_controllers_pages_of_https_those_of_wss_only() -> None:
    alone = _load()
    assert (alone.page_links, alone.wall_urls) == ("", ("ws://127.0.0.1:8051/ws",))
    two = {"IOC_WALL_STANDBY_URLS": "ws://b:8051/ws wss://c.example/ws"}
    assert _load(**two).page_links == ":8051 ws://b:8051/ws wss://c.example/ws"
    assert _load(**two).wall_urls[1:] == ("ws://b:8051/ws", "wss://c.example/ws")
    public = _load(**two, IOC_WALL_PUBLIC_URL="https://a.example")
    assert public.page_links == "wss://a.example/ws wss://c.example/ws"


def test_secrets_of_sources_come_from_variables_and_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text("HOTLINE_KEY=from-$file\nIOC_SECRET_HIS_DB=db\nOTHER=x\n")
    file.chmod(0o600)
    settings = _load(IOC_SECRETS_FILE=str(file), IOC_SECRET_OTHER="from-environment")
    assert settings.source_secret("hotline-key") == "from-$file"
    assert settings.source_secret("his.db") == "db"
    assert settings.source_secret("other") == "from-environment"
    assert "from-" not in repr(settings)


def test_a_secret_that_is_missing_is_said_by_its_variable() -> None:
    with pytest.raises(SettingsError, match="set IOC_SECRET_HOTLINE_KEY, or name it"):
        _load().source_secret("hotline-key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_of_secrets_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "secrets"
    file.write_text("A=hunter2\n")
    file.chmod(mode)
    with pytest.raises(SettingsError, match=r"others than its owner .* chmod 600") as refused:
        _load(IOC_SECRETS_FILE=str(file))
    assert "hunter2" not in str(refused.value)


def test_a_file_of_secrets_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"IOC_SECRETS_FILE=.* cannot be read"):
        _load(IOC_SECRETS_FILE=str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="it is no file"):
        _load(IOC_SECRETS_FILE=str(tmp_path))


def test_a_lake_may_be_a_bucket_and_is_opened_by_the_names_every_tool_knows(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text("AWS_ACCESS_KEY_ID=of-file\nAWS_SECRET_ACCESS_KEY=secret\n")
    file.chmod(0o600)
    settings = _load(
        IOC_LAKE="s3://lake/ioc/",
        IOC_SECRETS_FILE=str(file),
        AWS_ENDPOINT_URL="https://all.example.vn",
        AWS_ENDPOINT_URL_S3="https://minio.example.vn:9000",
        AWS_DEFAULT_REGION="hanoi",
        AWS_ACCESS_KEY_ID="of-environment",
    )
    assert (settings.lake, settings.lake_bucket) == (None, "s3://lake/ioc")
    assert not settings.simulates
    store = settings.object_store
    assert (store.endpoint, store.region) == ("https://minio.example.vn:9000", "hanoi")
    keys = [each and each.get_secret_value() for each in (store.access_key, store.secret_key)]
    assert keys == ["of-environment", "secret"]
    assert "of-environment" not in repr(settings)


@pytest.mark.parametrize("address", ["s3://", "s3://Lake", "s3://lake//air", "s3://lake/../air"])
def test_an_address_of_no_bucket_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match=r"^IOC_LAKE='s3:.* is wrong: .* such as s3://lake/air"):
        _load(IOC_LAKE=address)
