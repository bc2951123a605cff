"""A small short-message centre on loopback: it keeps what arrives, and refuses, throttles or hangs up when told to."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

OK, THROTTLED, SYSTEM_ERROR, NO_SUCH_ADDRESS, WRONG_PASSWORD = 0x00, 0x58, 0x08, 0x0B, 0x0E
_RESPONSE = 0x80000000
_BINDS = {0x01, 0x02, 0x09}
SUBMIT, DELIVER, UNBIND, ENQUIRE = 0x04, 0x05, 0x06, 0x15


@dataclass(frozen=True)
class Submitted:
    """One request to send a short message."""

    source: str
    to: str
    esm_class: int
    coding: int
    validity: str
    registered: int
    octets: bytes

    @property
    def words(self) -> str:
        """What the reader sees of this part."""
        octets = self.octets[6:] if self.esm_class & 0x40 else self.octets
        return octets.decode("utf-16-be" if self.coding == 8 else "ascii")


#: What a centre does about a request: the status of its answer, or None to hang up without one.
Reaction = Callable[[Submitted], int | None]


@dataclass
class Smsc:
    """The centre. `reactions` are used up one by one; after them everything is taken."""

    port: int = 0
    password: str = "s3cret"
    arrived: list[Submitted] = field(default_factory=list)
    binds: int = 0
    #: Requests that were answered OK.
    taken: list[Submitted] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smpp://trunkline:{self.password}@127.0.0.1:{self.port}?source=10010"

    def accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections.append(connection)
                thread = threading.Thread(target=self.serve, args=(connection,), daemon=True)
                self.threads.append(thread)
                thread.start()

    def serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), connection:
            while True:
                command, _, sequence, body = _read(connection)
                if command in _BINDS:
                    self.binds += 1
                    given = body.split(b"\0")[1].decode()
                    status = OK if given == self.password else WRONG_PASSWORD
                    _write(connection, command | _RESPONSE, status, sequence, b"smsc\0")
                elif command == SUBMIT:
                    status_or_none = self.react(_submitted(body))
                    if status_or_none is None:
                        connection.shutdown(socket.SHUT_RDWR)
                        return
                    identity = f"{len(self.taken):08d}\0".encode() if status_or_none == OK else b""
                    _write(connection, SUBMIT | _RESPONSE, status_or_none, sequence, identity)
                elif command in {ENQUIRE, UNBIND}:
                    _write(connection, command | _RESPONSE, OK, sequence)
                elif command == DELIVER | _RESPONSE:
                    self.answered.append(sequence)

    def react(self, message: Submitted) -> int | None:
        self.arrived.append(message)
        reaction = self.reactions.pop(0) if self.reactions else lambda _: OK
        status = reaction(message)
        if status == OK:
            self.taken.append(message)
        return status

    def deliver_receipt(self, reference: str, status: str) -> None:
        """Send a delivery receipt to whoever is bound."""
        text = f"id:{reference} sub:001 dlvrd:001 submit date:2610120200 done date:2610120201 stat:{status} err:000 text:"
        octets = text.encode()
        body = b"\0\0\0" + b"18655100001\0" + b"\0\0" + b"10010\0" + bytes((0x04, 0, 0)) + b"\0\0" + bytes(4)
        _write(self.connections[-1], DELIVER, OK, 77, body + bytes((len(octets),)) + octets)

    def hang_up(self) -> None:
        """End every connection, as when the centre is started anew."""
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def smsc() -> Iterator[Smsc]:
    """A centre that runs until the block ends."""
    centre = Smsc()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        centre.port = listener.getsockname()[1]
        accepting = threading.Thread(target=centre.accept, args=(listener,), daemon=True)
        accepting.start()
        try:
            yield centre
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            centre.hang_up()
            accepting.join(timeout=10)
            for thread in centre.threads:
                thread.join(timeout=10)


def answers(*statuses: int | None) -> list[Reaction]:
    """Reactions with these statuses, one after the other; None hangs up."""
    return [lambda _, status=status: status for status in statuses]  # type: ignore[misc]


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = connection.recv(size - len(found))
        if not part:
            raise EOFError
        found += part
    return found


def _read(connection: socket.socket) -> tuple[int, int, int, bytes]:
    length, command, status, sequence = struct.unpack(">LLLL", _exactly(connection, 16))
    return command, status, sequence, _exactly(connection, length - 16)


def _write(connection: socket.socket, command: int, status: int, sequence: int, body: bytes = b"") -> None:
    connection.sendall(struct.pack(">LLLL", 16 + len(body), command, status, sequence) + body)


def _submitted(body: bytes) -> Submitted:
    def string(start: int) -> tuple[str, int]:
        end = body.index(b"\0", start)
        return body[start:end].decode("ascii"), end + 1

    _, at = string(0)
    source, at = string(at + 2)
    to, at = string(at + 2)
    esm_class = body[at]
    _, at = string(at + 3)
    validity, at = string(at)
    registered, _, coding, _, length = body[at : at + 5]
    return Submitted(source, to, esm_class, coding, validity, registered, body[at + 5 : at + 5 + length])
