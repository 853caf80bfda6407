"""A receiver on this machine that answers as it is told and keeps what it was sent."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HERE = ["127.0.0.0/8"]


@dataclass
class Receiver:
    """What came, and what is answered next: a status, headers, and the body in pieces."""

    url: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], list[bytes]]] = field(default_factory=list)
    pause_s: float = 0.0

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Have the next request answered so."""
        self.answers.append((status, headers, [body]))


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Serve on a free port until the block ends; 204 where nothing else was told."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            kept.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status, headers, parts = kept.answers.pop(0) if kept.answers else (204, {}, [])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("connection", "close")
            self.end_headers()
            try:
                for part in parts:
                    self.wfile.write(part)
                    self.wfile.flush()
                    time.sleep(kept.pause_s)
            except OSError:
                return  # the sender has heard enough

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
