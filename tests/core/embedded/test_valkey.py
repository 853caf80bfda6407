import os
import signal
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from pmflow_core.embedded import processes
from pmflow_core.embedded.servers import servers
from pmflow_core.embedded.valkey import start_valkey
from pmflow_core.settings import Settings

pytestmark = pytest.mark.processes


def test_the_server_wants_its_password_which_is_on_no_command_line(data_dir: Path):
    server = start_valkey(data_dir)
    try:
        password = server.url.split(":")[2].split("@")[0]
        assert password not in " ".join(processes.command_line(server.pid))
        with (
            redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0)) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()
        conf = Path(server.target.folder) / "valkey.conf"
        assert conf.stat().st_mode & 0o777 == 0o600
    finally:
        server.stop()
    assert processes.find(server.target) is None


def test_after_kill_9_acknowledged_writes_are_found(data_dir: Path):
    server = start_valkey(data_dir)
    with redis.Redis.from_url(server.url) as client:
        client.mset({f"k{n}": n for n in range(500)})
        client.config_set("appendfsync", "always")
        client.set("last", 1)
    os.kill(server.pid, signal.SIGKILL)
    url, pid = server.url, server.pid
    server.start_again()
    try:
        assert server.url == url
        assert server.pid != pid
        with redis.Redis.from_url(url) as client:
            assert client.dbsize() == 501
    finally:
        server.stop()
    assert not server.alive()


def test_servers_starts_only_what_the_settings_leave_unset(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@elsewhere/pmflow")
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("PMFLOW_DATA_DIR", str(data_dir))
    with servers(Settings()) as urls:
        assert urls.database_url == "postgresql+psycopg://somebody@elsewhere/pmflow"
        assert urls.redis_url.startswith("redis://:")
        [server] = urls.embedded
        assert server.alive()
    assert not server.alive()
