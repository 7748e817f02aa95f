"""A real HTTP server on loopback that says, byte for byte, what a test tells it to, and remembers what it heard."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True)
class Heard:
    """One request as it came in."""

    line: bytes
    headers: dict[bytes, bytes]  # names in lower case
    at: float
    connection: int
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.line.split()[1].decode()


Act = Callable[[socket.socket], None]  # writes what it likes; the connection is closed behind it


def reply(status: str = "200 OK", body: bytes = b"", *lines: bytes | str) -> bytes:
    """An answer with its Content-Length, and these header lines as they are."""
    raw = [line if isinstance(line, bytes) else line.encode() for line in lines]
    head = [f"HTTP/1.1 {status}".encode(), *raw]
    if not status.startswith(("304", "204")):
        head.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def redirect(location: bytes | str, status: str = "302 Found", *lines: bytes | str) -> bytes:
    raw = location if isinstance(location, bytes) else location.encode()
    return reply(status, b"", b"Location: " + raw, *lines)


class Server:
    """Answers by path (query included); an unknown path is a 404. A list is worked off, its last one for ever."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, bytes | Act | list[bytes]] = {}
        self.heard: list[Heard] = []
        self.latency = 0.0
        self.busy = self.busiest = 0
        self._tls = tls
        self._lock = threading.Lock()
        self._connections = 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=500)
        self.host, self.port = host, self._listener.getsockname()[1]
        self.authority = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str = "/", host: str = "") -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host + ':' + str(self.port) if host else self.authority}{path}"

    def paths(self) -> list[str]:
        return [each.path for each in self.heard]

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections += 1
            number = self._connections
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                while self._serve_one(connection, number):
                    pass
        except OSError:
            connection.close()

    def _serve_one(self, connection: socket.socket, number: int) -> bool:
        request = b""
        while b"\r\n\r\n" not in request:
            data = connection.recv(65536)
            if not data:
                return False
            request += data
        head, _, body = request.partition(b"\r\n\r\n")
        line, *rest = head.split(b"\r\n")
        headers = {name.lower(): value[1:] for name, _, value in (each.partition(b":") for each in rest)}
        while len(body) < int(headers.get(b"content-length", b"0")):
            body += connection.recv(65536)
        heard = Heard(line, headers, monotonic(), number, body)
        with self._lock:
            self.heard.append(heard)
            self.busy += 1
            self.busiest = max(self.busy, self.busiest)
            answer = self.answers.get(heard.path, reply("404 Not Found"))
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if self.latency:
            threading.Event().wait(self.latency)
        with self._lock:
            self.busy -= 1
        if isinstance(answer, bytes):
            connection.sendall(answer)
            return True
        answer(connection)
        return False
