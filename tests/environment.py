"""Settings of the test process, set before Django reads them (a pytest plugin, loaded by `-p`)."""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests import postgres

KEPT = Path(__file__).resolve().parent.parent / ".pytest_cache"  # between runs

if sys.dont_write_bytecode:  # containers ask for that; but every worker and every server would compile all there is
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(KEPT / "compiled")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def clear(folder: Path) -> None:
    """End what the processes of the run shared."""
    postgres.stop(folder / "pg")
    shutil.rmtree(folder, ignore_errors=True)


if "PYTEST_XDIST_WORKER" not in os.environ:  # the workers inherit it
    os.environ["SHARED_BY_TESTS"] = tempfile.mkdtemp(prefix="quizsite-tests-")
    os.chmod(os.environ["SHARED_BY_TESTS"], 0o755)  # a database server runs as a user of its own
    atexit.register(clear, Path(os.environ["SHARED_BY_TESTS"]))
shared = Path(os.environ["SHARED_BY_TESTS"])

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's own loop runs beside the ORM
os.environ["SECRET_KEY"] = "tests-only-" + "x" * 50
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="data-", dir=shared)
os.environ["STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
os.environ.pop("SITE_URL", None)
data = Path(os.environ["DATA_DIR"])
(data / "static").mkdir()  # collected assets would be here
(KEPT / "serif").mkdir(parents=True, exist_ok=True)
(data / "serif").symlink_to(KEPT / "serif")  # cut once for all runs: the application notices when it is out of date


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what is loaded by now and stays: looking through it again and again is a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
