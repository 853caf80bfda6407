"""One request to an address that a person named: vetted, then connected to, and to nothing else."""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore2

from pmflow_core.integrations.addresses import (
    BadTarget,
    Target,
    parse_target,
    require_allowed,
)
from pmflow_core.signals.normalise import clean

TOTAL_S = 10.0
MOST_READ = 64_000
KEPT_CHARS = 500
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a try went; `status` is None when there was no answer, and `error` then says why."""

    status: int | None
    duration_ms: int
    text: str = ""
    retry_after_s: int | None = None
    error: str | None = None

    @property
    def accepted(self) -> bool:
        """Return whether the receiver took it: 200 to 299, as Standard Webhooks says."""
        return self.status is not None and 200 <= self.status < 300


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host; numbers in any writing are addresses too."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Poster:
    """Sends bodies within ten seconds in all; redirects are answers like any other."""

    private: Sequence[str] = ()
    resolve: Resolve = resolve
    total_s: float = TOTAL_S

    def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
        """Return how the address answered; nothing is raised for what the other side does."""
        began = time.monotonic()
        try:
            target = parse_target(url)
            vetted = require_allowed(target, self.resolve(target.host, target.port), self.private)
            return self._send(target, vetted, (headers, body), began)
        except BadTarget as refusal:
            return _failed(began, str(refusal))
        except httpcore2.TimeoutException:
            return _failed(began, f"No answer within {self.total_s:g} seconds.")
        except ssl.SSLError as error:
            return _failed(began, f"TLS: {error.reason or 'the handshake failed'}.")
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError, UnicodeError) as error:
            return _failed(began, f"{type(error).__name__}: {clean(str(error))[:200]}")

    def _send(
        self,
        target: Target,
        vetted: Sequence[str],
        sent: tuple[Sequence[tuple[str, str]], bytes],
        began: float,
    ) -> Answer:
        headers, body = sent
        until = began + self.total_s
        wires = _Wires(vetted, until)
        every = [("Host", target.authority), ("Content-Length", str(len(body))), *headers]
        scheme = b"https" if target.secure else b"http"
        url = httpcore2.URL(
            scheme=scheme,
            host=target.host.encode(),
            port=target.port,
            target=target.path.encode(),
        )
        with (
            httpcore2.ConnectionPool(network_backend=wires, retries=0) as pool,
            pool.stream("POST", url, headers=every, content=body) as answer,
        ):
            text = _first_bytes(answer.iter_stream())
            return Answer(
                answer.status, _since(began), text, retry_after_s=_retry_after(answer.headers)
            )


class _Wires(httpcore2.NetworkBackend):
    """Connects to the vetted addresses, whatever the name means by then, until a moment."""

    def __init__(self, vetted: Sequence[str], until: float) -> None:
        self._vetted = vetted
        self._until = until
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of the addresses that takes it."""
        del host, timeout
        for address in self._vetted[:-1]:
            try:
                return self._connect(address, port, local_address, socket_options)
            except httpcore2.NetworkError:
                continue
        return self._connect(self._vetted[-1], port, local_address, socket_options)

    def _connect(
        self, address: str, port: int, local: str | None, options: Iterable[Any] | None
    ) -> httpcore2.NetworkStream:
        left = _left(self._until)
        return _Wire(self._plain.connect_tcp(address, port, left, local, options), self._until)


class _Wire(httpcore2.NetworkStream):
    """A connection whose every step ends at the same moment: an answer by drops holds nobody."""

    def __init__(self, wire: httpcore2.NetworkStream, until: float) -> None:
        self._wire = wire
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what comes in the time that is left."""
        del timeout
        return self._wire.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write in the time that is left."""
        del timeout
        self._wire.write(buffer, _left(self._until))

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Begin TLS; the certificate must be that of the name, not of the address."""
        del timeout
        wire = self._wire.start_tls(ssl_context, server_hostname, _left(self._until))
        return _Wire(wire, self._until)

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._wire.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the time is up")
    return left


def _first_bytes(parts: Iterable[bytes]) -> str:
    """Return the beginning of an answer; more than 64 kB of it is not read."""
    kept = b""
    for part in parts:
        kept += part
        if len(kept) >= MOST_READ:
            break
    return clean(kept[: 4 * KEPT_CHARS].decode(errors="replace"))[:KEPT_CHARS]


def _retry_after(headers: Sequence[tuple[bytes, bytes]]) -> int | None:
    given = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    return int(given) if given.isdigit() and len(given) <= 6 else None


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _failed(began: float, error: str) -> Answer:
    return Answer(None, _since(began), error=error)
