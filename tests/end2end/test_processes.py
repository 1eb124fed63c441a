"""A forked program is what a started one is; other tests rely on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import processes
from tests.sync.parts import run_hub


@pytest.mark.parametrize(
    ("program", "words", "code"),
    [
        ("desktop", ["--version"], 0),
        ("desktop", ["sync", "--status"], 1),
        ("desktop", ["no-such-word"], 2),
        ("county", ["verify"], 1),
        ("county", ["--help"], 0),
    ],
)
def test_it_says_and_ends_as_a_started_one(
    program: str, words: list[str], code: int, tmp_path: Path
) -> None:
    environment = os.environ | {"THDESK_HOME": str(tmp_path), "PYTHONUTF8": "1", "COLUMNS": "80"}
    started = subprocess.run(
        [sys.executable, "-m", program, *words],
        cwd=processes.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    forked = processes.run(program, *words, environment=environment)
    assert started.returncode == forked.returncode == code
    assert (forked.stdout, forked.stderr) == (started.stdout, started.stderr)


@pytest.mark.skipif(os.name == "nt", reason="no fork")
def test_it_is_another_process_that_a_kill_ends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    environment = os.environ | {"COUNTY_HUB_DATABASE": url, "PYTHONUTF8": "1"}
    assert processes.run("county", "init", environment=environment).returncode == 0
    with run_hub(url) as one:
        one.start()
        process = one._process
        assert process is not None
        assert process.poll() is None
        assert process.pid != os.getpid()
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert process.poll() == -signal.SIGKILL
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)
