"""The web role: gunicorn with one worker and eight threads around the Dash application."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError
from gunicorn.glogging import Logger

from data_access.parent import die_with
from processes.errors import CONFIGURATION_EXIT, configuration_sentence, outage_sentence
from settings import Settings

THREADS = 8
_GRACE_S = 1  # the parent kills what has not ended soon after


class RoleLogger(Logger):  # type: ignore[misc]
    """gunicorn's log as part of this process's own; no access log."""

    def setup(self, cfg: Any) -> None:
        """Leave handlers and format to the root logger."""
        self.error_log.propagate = True

    @property
    def access_log_enabled(self) -> bool:
        """No line for each request: the walls poll, and addresses may name people."""
        return False


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured by code: it reads no file and no environment of its own."""

    def __init__(self, settings: Settings, *, refuse: Callable[[str], None]) -> None:
        self._settings = settings
        self._refuse = refuse
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        host = self._settings.host
        bind = f"[{host}]" if ":" in host else host
        chosen: dict[str, Any] = {
            "bind": f"{bind}:{self._settings.web_port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "keepalive": 30,
            "graceful_timeout": _GRACE_S,
            "control_socket_disable": True,
            "logger_class": RoleLogger,
            "post_fork": _in_worker,
        }
        for name, setting in chosen.items():
            self.cfg.set(name, setting)

    def load(self) -> Any:
        """Build the application, in the worker: the arbiter stays small."""
        from callbacks.web import create_app

        try:
            return create_app(self._settings).server
        except Exception as error:
            if sentence := configuration_sentence(error):
                self._refuse(sentence)
                raise AppImportError("The pages cannot be served.") from error
            if sentence := outage_sentence(error):
                self._refuse(sentence)
                sys.exit(Arbiter.WORKER_BOOT_ERROR)
            raise


def serve(settings: Settings, *, refuse: Callable[[str], None]) -> None:
    """Serve the pages until told to end; `refuse` hears what a person has to mend first."""
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    arbiter_pid = os.getpid()
    try:
        Arbiter(WebServer(settings, refuse=refuse)).run()
    except SystemExit as ended:  # also passes here in the worker, on its way to the arbiter
        if ended.code == Arbiter.APP_LOAD_ERROR and os.getpid() == arbiter_pid:
            sys.exit(CONFIGURATION_EXIT)
        raise


def _in_worker(arbiter: Any, worker: Any) -> None:
    die_with(worker.ppid)
