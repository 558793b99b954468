"""The socket on which the site listens: bound here, or held by systemd for every process of the service in turn."""

import errno
import os
import socket

from django.core.management import CommandError

SILENCE_SECONDS = 30  # in which nothing is read from a connection or sent to it; then it is closed
INHERITED_SOCKET = 3  # the number that systemd gives it (sd_listen_fds)


def listen(host: str, port: int) -> socket.socket:
    """Return systemd's socket where it holds one for this process, else bind one; CommandError if that cannot be."""
    is_inherited = os.environ.get("LISTEN_PID") == str(os.getpid())
    listener = socket.socket(fileno=INHERITED_SOCKET) if is_inherited else bind(host, port)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        # waitress closes a silent connection only when it can write to it: never, while a client does not read.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_SECONDS * 1000)
    return listener


def bind(host: str, port: int) -> socket.socket:
    if not 0 < port < 65536:
        raise CommandError(f"{port} is not a port; choose 1 to 65535.")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CommandError(
            f"Quizsite cannot listen on {host}:{port} ({error.strerror}). Choose another: {alternative(error, port)}"
        ) from error
    return listener


def alternative(error: OSError, port: int) -> str:
    """Return the option that would help."""
    if error.errno == errno.EADDRINUSE:
        return f"--port {port + 1 if port < 65535 else 8000}"
    return "--port 8000" if error.errno == errno.EACCES else "--host 127.0.0.1"
