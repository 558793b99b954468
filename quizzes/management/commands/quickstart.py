"""`manage.py quickstart`: set everything up and serve it. Running it again keeps all data."""

import os
import secrets
import socket
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from quizzes import clock, installation
from quizzes.management import addresses, listening, serving
from quizzes.models import Question, User
from quizzes.services import demo, enemies, shipped, study

PASSWORD_FILE = "demo_password"  # noqa: S105  its name, not what is in it
UNENCRYPTED = "  Others on this network can reach it; passwords travel unencrypted (deploy/README.md has HTTPS)."
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "hazel", "linen", "maple", "ocean", "reed")


class Command(BaseCommand):
    help = "Set up the database, load the question bank and a demo class, and serve the site."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="set up only")
        parser.add_argument(
            "--demo", action="store_true", help="demo log-ins, also where other machines reach the site"
        )

    def handle(self, *, host: str, port: int, no_serve: bool, **options: object) -> None:
        folder = Path(settings.DATA_DIR)
        is_for_others = not addresses.is_this_machine_only(host)
        self.refuse_unless_writable(folder)
        listener = None if no_serve else self.listen(host, port)
        call_command("migrate", verbosity=0)
        installation.close_to_others()
        self.load_bank()
        enemies.load(Path(settings.FIXTURE_DIRS[0]))
        study.load(Path(settings.FIXTURE_DIRS[0]), now=clock.now())
        password = self.prepare_demo(folder, lets_in=bool(options["demo"]) or not is_for_others)
        if is_for_others:
            demo.renew_known_code()
        call_command("collectstatic", interactive=False, verbosity=0)
        self.say_where(host, port, password, serves=listener is not None)
        if listener is not None:
            addresses.allow(host)
            serving.serve(listener)

    def refuse_unless_writable(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = folder / f".write-{secrets.token_hex(4)}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise CommandError(
                f"Quizsite cannot write to {folder} ({error.strerror}). Run it in a folder of yours, or set DATA_DIR."
            ) from error

    def listen(self, host: str, port: int) -> socket.socket:
        """Return the socket to serve on: what stands in its way is said before anything is set up."""
        serving.refuse_endless_redirect()
        return listening.listen(host, port)

    def load_bank(self) -> None:
        """Load the bank into a site without questions; bring one that has it up to date where another edition ships."""
        if not Question.objects.exists():
            self.stdout.write("Loading the question bank …")
            call_command("loaddata", *bank_fixtures(), verbosity=0)
            return
        edition = shipped.read()
        if shipped.holds_a_part_of(edition) and shipped.plan(edition, now=clock.now()).writes:
            call_command("load_bank", stdout=self.stdout)

    def prepare_demo(self, folder: Path, *, lets_in: bool) -> str:
        """Make the demo and open it, or close one that was made before; return the password of its people."""
        password = demo_password(folder)
        if lets_in:
            demo.create(password=password, now=clock.now())
            demo.open_log_ins(password)
        else:
            demo.close_log_ins(password)
            (folder / PASSWORD_FILE).unlink()
        return password

    def say_where(self, host: str, port: int, password: str, *, serves: bool) -> None:
        site = f"http://{addresses.as_host(address_to_open(host))}:{port}/"
        lines = [
            "",
            "Quizsite is ready." if serves else "Quizsite is set up.",
            f"  Open       {site}",
            *how_to_log_in(site, password),
            *([] if addresses.is_this_machine_only(host) else [UNENCRYPTED]),
            "  Stop with Ctrl+C; your data stays." if serves else f"  Serve it with: python manage.py {again(host)}",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def again(host: str) -> str:
    return "quickstart" if addresses.is_this_machine_only(host) else f"quickstart --host {host}"


def address_to_open(host: str) -> str:
    """Return the address that a browser on another machine opens; this machine's own where no network is."""
    if host not in addresses.EVERYWHERE:
        return host
    return next(iter(addresses.of_this_machine()), "127.0.0.1")


def how_to_log_in(site: str, password: str) -> list[str]:
    """Return the demo's log-ins where they work, and how to get the first account where there is none."""
    lines = []
    if demo.can_log_in(demo.STUDENT, password):
        lines.append(f"  Student    {demo.STUDENT} / {password}")
    if demo.can_log_in(demo.INSTRUCTOR, password):
        lines.append(f"  Instructor {demo.INSTRUCTOR} / {password}   (workshop: {site}admin/)")
    if lines and (classroom := demo.classroom()) is not None:
        lines.append(f"  Class      join code {classroom.join_code}")
    if not User.objects.filter(is_superuser=True, is_active=True).exists() and not lines:
        lines.append("  Log in     make an account first: python manage.py createsuperuser")
    return lines


def bank_fixtures() -> list[str]:
    """Return names of the fixtures that make up the bank, in an order in which each finds what it refers to."""
    folder = settings.FIXTURE_DIRS[0]
    return [path.stem for pattern in shipped.BANK for path in sorted(folder.glob(f"{pattern}.json"))]


def demo_password(folder: Path) -> str:
    """Return the demo's password: made once for this installation, kept readable to its owner only."""
    path = folder / PASSWORD_FILE
    if not path.exists():
        password = f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.randbelow(9000) + 1000}"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as handle:
            handle.write(password)
    return path.read_text(encoding="utf-8").strip()
