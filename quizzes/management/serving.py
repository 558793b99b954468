"""The site in one process: waitress, and the sweep of overdue attempts in a thread next to it."""

import gc
import os
import resource
import signal
import socket
import sys
import threading

import waitress
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections

from quizzes import after_answer
from quizzes.management import alone
from quizzes.management.listening import SILENCE_SECONDS

THREADS = 8
SWEEP_SECONDS = 20
CONNECTIONS = 4_000  # a browser keeps one or more open while its page is read; beyond this number new ones have to wait
FILES = 65_536  # one for each connection, one for each large body or unread reply; requests in a row can wait for many
OTHER_FILES = 100  # databases, the log
OPTIONS: dict[str, object] = {
    "asyncore_use_poll": True,  # select() takes no file beyond number 1,023
    "channel_request_lookahead": 1,  # goes on listening while it works, or it would not notice that a client hangs up
    "channel_timeout": SILENCE_SECONDS,
    "cleanup_interval": 5,
    "inbuf_overflow": 65_536,  # bytes of a body; what is larger waits in a temporary file
    "outbuf_overflow": 65_536,  # the same for a reply
    "outbuf_high_watermark": 1 << 30,  # a thread never waits for a reader; 8 kB of requests can ask for 80 MB of files
    "max_request_header_size": 32_768,
    "max_request_body_size": 27 << 20,  # proxies (26 MB) and ErrorPages (MAX_REQUEST) refuse before, in better words
    "ident": None,
}


def serve(
    listener: socket.socket, *, threads: int = THREADS, core: str = "auto", sweeps: bool = True, checks: bool = True
) -> None:
    """Serve until SIGTERM or Ctrl+C: requests that threads are at are answered, those that wait are not.

    With `checks` raise CommandError where another process serves the site and no cache is shared.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    stay_on(core)
    limit = (allow_open_files(FILES) - OTHER_FILES) // 2
    application = get_wsgi_application()
    connections.close_all()  # those of this thread, which serves no request
    if checks:
        alone.refuse_company()
    keep_what_is_loaded()
    if sweeps:
        start_sweep()
    options = OPTIONS | {"threads": threads, "connection_limit": min(CONNECTIONS, limit)} | trust()
    with after_answer.in_a_thread():
        waitress.serve(application, sockets=[listener], **options)


def refuse_endless_redirect() -> None:
    """Raise CommandError where every page would redirect to itself: waitress speaks no TLS, and no proxy does."""
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXY:
        raise CommandError(
            "SITE_URL is https, but nothing says that a proxy in front speaks it: every page would redirect to itself."
            " Set BEHIND_PROXY=true (deploy/README.md)."
        )


def trust() -> dict[str, object]:
    """Return whose word counts for a client's address and scheme; waitress removes these headers from all other requests."""
    if not settings.TRUSTED_PROXY:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {"trusted_proxy": settings.TRUSTED_PROXY, "trusted_proxy_headers": headers}


def stay_on(core: str) -> None:
    """Keep this process on one core: "auto" chooses it by the process's number, "all" leaves it free.

    Python runs on one core at a time; a thread that hands over to another on the same core wakes no second one, which
    doubles the saves a second.
    """
    if core == "all" or (core == "auto" and not hasattr(os, "sched_setaffinity")):  # only Linux has it
        return
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    chosen = str(cores[os.getpid() % len(cores)]) if core == "auto" else core
    if chosen not in map(str, cores):
        raise CommandError(f"There is no core {core} to stay on; choose one of {cores}, auto or all.")
    os.sched_setaffinity(0, {int(chosen)})


def allow_open_files(count: int) -> int:
    """Raise the number of files and connections this process may have open, as far as it may; return what it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return count
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def keep_what_is_loaded() -> None:
    """Spare the garbage collector what stays for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def start_sweep() -> None:
    """Start a thread that closes overdue attempts and ends with the process."""
    every = {"every": SWEEP_SECONDS}
    threading.Thread(target=call_command, args=["close_overdue_attempts"], kwargs=every, daemon=True).start()
