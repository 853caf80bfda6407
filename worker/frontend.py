"""Build the frontend when its sources changed, so that serving it starts at once."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from pmflow_core.embedded import processes
from pmflow_core.errors import PmflowError, Unavailable
from pmflow_core.settings import Settings, get_settings

ROOT = Path(__file__).parents[1]
SOURCES = ("pmflow_ui", "assets")
LOCKS = "reflex.lock"
OUTPUT = Path(".web/build/client")
MARKER = Path(".web/.pmflow-build")
EXPORT = ("-m", "reflex", "export", "--no-zip", "--loglevel", "warning")
SAY_EVERY_S = 5.0
TAIL_LINES = 30


class FrontendNotBuilt(Unavailable):
    """The frontend could not be built; the text ends with what the build printed last."""

    code = "frontend_not_built"


def ensure_frontend(
    settings: Settings,
    say: Callable[[str], None],
    root: Path = ROOT,
    command: Sequence[str] = (sys.executable, *EXPORT),
) -> bool:
    """Build the frontend unless it is the one of these sources; return whether it was built.

    Raises:
        FrontendNotBuilt: The build failed.
    """
    # Any file of the clone serves as the lock; this one is always there and never replaced.
    with processes.exclusive(root / "rxconfig.py"):
        sources = fingerprint(settings, root)
        marker = root / MARKER
        built = marker.read_text() if marker.exists() and (root / OUTPUT).is_dir() else ""
        if built == sources + _digest(root, [LOCKS]):
            return False
        marker.unlink(missing_ok=True)
        began = time.monotonic()
        say("Building the frontend; this is needed once and takes less than a minute.")
        with _locks_kept_on_failure(root / LOCKS):
            _build(settings, say, root, command)
        if not (root / OUTPUT).is_dir():
            raise FrontendNotBuilt(f"The build of the frontend left no {OUTPUT}.")
        # The build writes the locks anew, when a package changed or only in another layout.
        marker.write_text(sources + _digest(root, [LOCKS]))
        say(f"The frontend is built ({time.monotonic() - began:.0f} s).")
        return True


def fingerprint(settings: Settings, root: Path = ROOT) -> str:
    """Return a digest of what we write and set that the built frontend depends on."""
    plugins = metadata.entry_points(group="pmflow.plugins") if settings.plugins else ()
    names = sorted(f"{plugin.name}={plugin.value}" for plugin in plugins)
    facts = "\0".join((settings.web_url, metadata.version("reflex"), *names))
    return _digest(root, ["rxconfig.py", *SOURCES], facts)


def _digest(root: Path, names: Sequence[str], facts: str = "") -> str:
    digest = hashlib.sha256(facts.encode())
    for name in names:
        for path in sorted([root / name, *(root / name).rglob("*")]):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def build_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the build: our bun on the path, nothing that calls out."""
    environment = dict(os.environ)
    binaries = str(Path(sys.executable).parent)
    environment["PATH"] = binaries + os.pathsep + environment.get("PATH", os.defpath)
    environment["REFLEX_TELEMETRY_ENABLED"] = "false"
    environment["REFLEX_CHECK_LATEST_VERSION"] = "false"
    environment["PYTHONUNBUFFERED"] = "1"
    # the address is baked into the build
    environment["PMFLOW_PORT"] = str(settings.port)
    environment["PMFLOW_HOST"] = settings.host
    if settings.public_url is not None:
        environment["PMFLOW_PUBLIC_URL"] = settings.public_url
    if "NPM_CONFIG_REGISTRY" not in environment and (registry := _npm_registry()):
        environment["NPM_CONFIG_REGISTRY"] = registry
    return environment


def _npm_registry() -> str | None:
    """Return the registry that npm is set to on this machine; bun does not ask npm."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    answer = subprocess.run(  # noqa: S603 found on the path
        [npm, "config", "get", "registry"], capture_output=True, text=True, check=False, timeout=30
    )
    registry = answer.stdout.strip()
    return registry if answer.returncode == 0 and registry.startswith("http") else None


@contextmanager
def _locks_kept_on_failure(folder: Path) -> Generator[None, None, None]:
    """Put the lock files back when the build fails: Reflex writes half of them early."""
    before = {path: path.read_bytes() for path in folder.glob("*") if path.is_file()}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            path.write_bytes(content)
        raise


def _build(
    settings: Settings, say: Callable[[str], None], root: Path, command: Sequence[str]
) -> None:
    with tempfile.TemporaryFile("w+b") as output:
        process = subprocess.Popen(  # noqa: S603 our own command
            list(command),
            cwd=root,
            env=build_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        began = time.monotonic()
        try:
            while True:
                try:
                    process.wait(timeout=SAY_EVERY_S)
                    break
                except subprocess.TimeoutExpired:
                    say(f"… {time.monotonic() - began:.0f} s")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode != 0:
            output.seek(0)
            lines = output.read().decode(errors="replace").splitlines()[-TAIL_LINES:]
            raise FrontendNotBuilt(
                f"The frontend was not built (code {process.returncode}):\n" + "\n".join(lines)
            )


if __name__ == "__main__":
    try:
        ensure_frontend(get_settings(), lambda line: print(line, flush=True))  # noqa: T201 a command
    except PmflowError as error:
        sys.exit(str(error))
