"""How a worker process ended, on a machine that has little time for it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from jobs.lowly import has_memory
from jobs.worker import code_of


class Slow(subprocess.Popen):
    """A process whose end comes later than the first who waits for it has patience."""

    is_late = False

    def wait(self, timeout=None):
        if timeout is not None and not self.is_late:
            self.is_late = True
            raise subprocess.TimeoutExpired(self.args, timeout)
        return super().wait(timeout)


@pytest.fixture
def process():
    with Slow([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as started:
        yield started
        started.kill()


def test_what_was_killed_is_waited_for_however_slowly_it_dies(process):
    process.send_signal(signal.SIGKILL)
    subprocess.Popen.wait(process)
    assert code_of(process, 2.0) == -signal.SIGKILL
    assert process.is_late
    assert not has_memory(process.pid)


def test_what_goes_on_is_not_waited_for(process):
    with pytest.raises(TimeoutError, match=str(process.pid)):
        code_of(process, 2.0)
    assert has_memory(process.pid)
