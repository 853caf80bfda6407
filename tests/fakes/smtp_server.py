"""A loopback mail server that says what it is told to and keeps what it took (RFC 5321)."""

import contextlib
import email
import socketserver
import threading
from collections.abc import Generator
from email.message import EmailMessage
from email.policy import default


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class MailBox:
    """What the server took, and the replies it gives instead of the usual ones, by verb."""

    def __init__(self, **replies: str) -> None:
        self.taken: list[EmailMessage] = []
        self.verbs: list[str] = []
        self.replies = replies
        self._server = _Server(("127.0.0.1", 0), _conversation(self))
        self.port: int = self._server.server_address[1]

    @property
    def url(self) -> str:
        """Return where it listens, as the setting names it."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen in a thread until `stop`."""
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def mailbox(**replies: str) -> Generator[MailBox]:
    """Take mail for the length of a block."""
    box = MailBox(**replies)
    box.start()
    try:
        yield box
    finally:
        box.stop()


def _conversation(box: MailBox) -> type[socketserver.StreamRequestHandler]:
    usual = {"EHLO": "250-here\r\n250 AUTH PLAIN", "QUIT": "221 bye", "AUTH": "235 welcome"}

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mail.example ready")
            while line := self.rfile.readline().decode().strip():
                verb = line.split()[0].upper()
                box.verbs.append(verb)
                reply = box.replies.get(verb, usual.get(verb, "250 fine"))
                if verb == "DATA" and verb not in box.replies:
                    reply = self._take()
                self._say(reply)
                if verb == "QUIT" or reply.startswith("421"):
                    return

        def _take(self) -> str:
            self._say("354 go on")
            lines: list[bytes] = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b"."))
            message = email.message_from_bytes(b"".join(lines), policy=default)
            box.taken.append(message)
            return box.replies.get("END", "250 taken")

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    return Conversation
