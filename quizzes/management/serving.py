"""The site in one process: gunicorn with threads, and the sweep of overdue attempts beside it."""

import gc
import resource
import threading
from typing import Any

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication

THREADS = 8
SWEEP_SECONDS = 20
CONNECTIONS = 4000  # a browser keeps one or more open while its page is read; beyond this number new ones have to wait
OTHER_FILES = 100  # that a process has open besides: databases, the log, large requests on their way


class Server(BaseApplication):
    """gunicorn with one worker process of THREADS threads, restarted by its master when it dies."""

    def __init__(self, host: str, port: int) -> None:
        self.bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": self.bind,
            "workers": 1,
            "threads": THREADS,
            "worker_connections": allow_open_files(CONNECTIONS + OTHER_FILES) - OTHER_FILES,
            "worker_class": "quizsite.worker.Worker",
            "preload_app": True,
            "accesslog": None,
            "loglevel": "warning",
            "graceful_timeout": 15,
            "timeout": 60,
            "keepalive": 30,
            "pre_fork": before_fork,
            "post_worker_init": start_sweep,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return get_wsgi_application()


def before_fork(_master: Any, _worker: Any) -> None:
    """What is loaded stays for good: collecting garbage need not look at it, and the worker shares its pages."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def start_sweep(worker: Any) -> None:
    """In the worker, after the fork: a thread that goes with the process."""
    threading.Thread(
        target=call_command, args=["close_overdue_attempts"], kwargs={"every": SWEEP_SECONDS}, daemon=True, name="sweep"
    ).start()


def allow_open_files(count: int) -> int:
    """Raise the number of files and connections this process may have open, as far as it may; returns what it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return count
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def serve(host: str, port: int) -> None:
    """Serve until interrupted; open connections must not cross the fork."""
    connections.close_all()
    Server(host, port).run()
