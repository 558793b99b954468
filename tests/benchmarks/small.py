"""A small file system for a part of PostgreSQL's data, and what fills it to the last byte (F07).

PostgreSQL keeps two things that can meet the end of a disk, and does not behave alike, so both are tried:

- `tables`: the site's database lies in a tablespace on the small file system, the write-ahead log elsewhere. A statement
  that needs another page of a table fails; what needs none goes on, and so does reading.
- `log`: the write-ahead log lies on it. PostgreSQL cannot go on without and stops itself (PANIC); it cannot even recover
  before there is room. Then something has to start it again, as systemd would; here it is this harness.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from tests.benchmarks import site
from tests.postgres import Cluster, is_alive

MEGABYTES = 100
PLACE = site.FOLDER / "small"


@contextmanager
def tables() -> Iterator[None]:
    """The database of the site on a small file system."""
    with file_system() as cluster:
        execute(cluster, f"CREATE TABLESPACE small LOCATION '{PLACE}'", "ALTER DATABASE quizsite SET TABLESPACE small")
        yield


@contextmanager
def log() -> Iterator[None]:
    """The write-ahead log of the server on a small file system, where it fits while all is well."""
    with file_system() as cluster:
        execute(cluster, "ALTER SYSTEM SET max_wal_size = '48MB'", "ALTER SYSTEM SET min_wal_size = '32MB'")
        shut_down(cluster)
        own = cluster.folder / "pg_wal"
        subprocess.run(["cp", "-a", own, PLACE], check=True)
        shutil.rmtree(own)
        own.symlink_to(PLACE / "pg_wal")
        cluster.start()
        yield


ROOMS = {"tables": tables, "log": log}


@contextmanager
def file_system() -> Iterator[Cluster]:
    """Mount it for the server's user and unmount it again; ends the program where this user may not mount."""
    assert site.cluster is not None
    PLACE.mkdir(exist_ok=True)
    owner = site.cluster.folder.stat()
    options = f"size={MEGABYTES}m,mode=700,uid={owner.st_uid},gid={owner.st_gid}"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", PLACE], capture_output=True, text=True)
    if mounted.returncode:
        sys.exit(f"This needs a small file system, and this user may not mount one (run it as root): {mounted.stderr}")
    try:
        yield site.cluster
    finally:
        site.cluster.stop()
        subprocess.run(["umount", PLACE], check=True)


def shut_down(cluster: Cluster) -> None:
    """In order, to be started again."""
    pid = cluster.pid
    os.kill(pid, signal.SIGINT)
    while is_alive(pid):
        time.sleep(0.05)


def execute(cluster: Cluster, *statements: str) -> None:
    with psycopg.connect(
        cluster.url("postgres").replace("postgres://", "postgresql://"), autocommit=True
    ) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def fill() -> None:
    """Take what room there is, also what was freed since the last time."""
    with (PLACE / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(1 << 20))


def fill_tables(_server: site.Server, seconds: float) -> str:
    keep_full(seconds)
    return f"no room for tables for {seconds:.0f} s"


def fill_log(_server: site.Server, seconds: float) -> str:
    assert site.cluster is not None
    keep_full(seconds, then=end_the_segment)
    site.cluster.start()
    stops = (site.cluster.folder / "log").read_text(errors="replace").count("PANIC:")
    return f"no room for the write-ahead log for {seconds:.0f} s, PostgreSQL stopped itself {stops} times"


def keep_full(seconds: float, then: Callable[[], None] | None = None) -> None:
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            fill()
            if then:
                then()
            time.sleep(0.2)
    finally:
        (PLACE / "ballast").unlink()


def end_the_segment() -> None:
    """Let the log go on in a new file, for which there is no room; by itself it would after at most 16 MB."""
    assert site.cluster is not None
    with suppress(psycopg.Error, OSError):
        execute(site.cluster, "SELECT pg_switch_wal()")
