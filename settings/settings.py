"""The settings of a role: what was given, and what follows from it (paths, addresses, secrets)."""

from __future__ import annotations

from pathlib import Path

from settings.errors import SettingsError
from settings.given import Given
from settings.secret import SECRET_PREFIX, kept_token, secret_key


class Settings(Given):
    """Everything a role is told from outside, checked, and what follows from it."""

    @property
    def simulates(self) -> bool:
        """Whether datasets without a file in the lake are simulated."""
        return self.simulate or (self.lake is None and self.lake_bucket is None)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the servers (demo accounts exist only then)."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @property
    def observations_url(self) -> str:
        """SQLAlchemy URL of the store the feed writes (observations, records, roll-ups)."""
        return self._database("observations")

    @property
    def operations_url(self) -> str:
        """SQLAlchemy URL of the store the web writes (people, sessions, audit)."""
        return self._database("operations")

    @property
    def wall_state_path(self) -> Path:
        """SQLite file of the controller; nobody else opens it."""
        return self.data_dir / "wall.sqlite"

    @property
    def proof_path(self) -> Path:
        """SQLite file of the proof of display; the controller writes it, anyone here may read."""
        return self.data_dir / "proof.sqlite"

    @property
    def cache_dir(self) -> Path:
        """Folder of the file cache."""
        return self.data_dir / "cache"

    @property
    def geometry_dir(self) -> Path:
        """Folder of simplified geometry files, named by content hash."""
        return self.data_dir / "geometry"

    @property
    def wall_url(self) -> str:
        """WebSocket URL of the controller for services on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if host in ("0.0.0.0", "[::]"):
            host = "127.0.0.1"
        return f"ws://{host}:{self.wall_port}/ws"

    @property
    def wall_urls(self) -> tuple[str, ...]:
        """Where services look for the controller: on this machine first, then the standbys."""
        return (self.wall_url, *self.wall_standby_urls)

    @property
    def page_links(self) -> str:
        """Where pages look for the controller, blank-separated; `:8051` is a port of their host.

        Empty: at `wall_port` alone. A page that came by https may open wss links only.
        """
        if self.wall_public_url is not None:
            own = self.wall_public_url.replace("https://", "wss://", 1) + "/ws"
            return " ".join((own, *(url for url in self.wall_standby_urls if url[:3] == "wss")))
        if not self.wall_standby_urls:
            return ""
        return " ".join((f":{self.wall_port}", *self.wall_standby_urls))

    def source_secret(self, name: str) -> str:
        """Return the secret that `city/` calls `name`; raises SettingsError when there is none."""
        found = self.source_secrets.get(secret_key(name))
        if found is None:
            raise SettingsError(
                f"The secret {name!r} is not known: set {SECRET_PREFIX}{secret_key(name)}, "
                "or name it in the file of IOC_SECRETS_FILE."
            )
        return found.get_secret_value()

    def is_elsewhere(self, site_id: str) -> bool:
        """Tell whether walls of a site are another controller's: without `site`, none are."""
        return self.site is not None and site_id != self.site

    def secret(self) -> str:
        """Return the service token; make and keep it (mode 0600) in the data folder when absent."""
        if self.service_token is not None:
            return self.service_token.get_secret_value()
        return kept_token(self.data_dir)

    def _database(self, schema: str) -> str:
        if self.database_url is None:
            return f"sqlite:///{(self.data_dir / f'{schema}.sqlite').resolve()}"
        url = self.database_url.get_secret_value()
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
