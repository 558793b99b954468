"""Three processes behind nginx, with PostgreSQL and Redis, are one site, and lose nothing when one of them goes away."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deploy.conftest import program
from tests.servers import ROOT


def test_students_answer_while_a_process_dies_and_redis_and_postgresql_are_restarted() -> None:
    for name in ("redis-server", "nginx", "openssl"):
        program(name)
    with tempfile.TemporaryDirectory(prefix="quizsite-fleet-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL has a user of its own
        command = [sys.executable, "-m", "tests.benchmarks.fleet", "--students=9", "--seconds=12", "--seed=13"]
        environment = os.environ | {"BENCHMARK_DIR": folder}
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr[-2_000:]
