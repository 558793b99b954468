"""The worker of gunicorn keeps its threads where they cost least."""

from __future__ import annotations

import os

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import ThreadWorker

from quizsite.worker import Worker


def started(monkeypatch: pytest.MonkeyPatch, workers: int) -> list[set[int]]:
    """The cores a worker chose on a machine that lets it use 2, 3 and 5, when there are so many workers."""
    chosen: list[set[int]] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {5, 2, 3})
    monkeypatch.setattr(os, "sched_setaffinity", lambda _pid, cores: chosen.append(cores))
    monkeypatch.setattr(ThreadWorker, "__init__", lambda self: None)
    monkeypatch.setattr(ThreadWorker, "init_process", lambda self: None)
    worker = Worker()
    worker.cfg = Config()
    worker.cfg.set("workers", workers)
    worker.init_process()
    return chosen


def test_a_single_worker_stays_on_one_of_the_cores_it_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    for pid, core in ((300, 2), (301, 3), (302, 5)):
        monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
        assert started(monkeypatch, workers=1) == [{core}]


def test_several_workers_are_left_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(monkeypatch, workers=2) == []
