"""One libcurl multi loop: many transfers at once, none of them waited for alone.

By socket callbacks and the system's own poller (libcurl's socket_action interface), so that a turn costs what happened
and not what is open, and file descriptors may be numbered above 1023, where select() fails.

libcurl cannot hand on what a callback raises: pycurl prints it, and it is gone. So no signal comes in while libcurl
works; else a Ctrl-C at the wrong moment would be lost, and the loop would wait on.
"""

import selectors
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

import pycurl

Ended = tuple[pycurl.Curl, int, str]  # the handle, libcurl's error code (0: none), libcurl's message


# A signal that comes just before the poller begins to wait does not end that wait: so no wait is long.
LONGEST_WAIT = 1.0  # seconds


class Loop:
    """The handles that are under way; `drive` moves them on."""

    def __init__(self, connections: int) -> None:
        self._poller = selectors.DefaultSelector()
        self._watched: set[int] = set()
        self._timer: float | None = None
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)

    def add(self, handle: pycurl.Curl) -> None:
        """Put a transfer under way."""
        with undisturbed():
            self._multi.add_handle(handle)

    def remove(self, handle: pycurl.Curl) -> None:
        """Take a transfer away, ended or not."""
        with undisturbed():
            self._multi.remove_handle(handle)

    def drive(self, seconds: float) -> list[Ended]:
        """Wait for something to happen, at most so long, and return the transfers that have ended by it."""
        seconds = min(seconds, LONGEST_WAIT)
        if self._timer is not None:
            seconds = min(seconds, self._timer - monotonic())
        for key, events in self._poller.select(max(seconds, 0)):
            self._act(key.fd, events)
        if self._timer is not None and self._timer <= monotonic():
            self._timer = None
            with undisturbed():
                self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return self._ended()

    def close(self) -> None:
        """Close every connection."""
        self._multi.close()
        self._poller.close()

    def _act(self, descriptor: int, events: int) -> None:
        readable = pycurl.CSELECT_IN if events & selectors.EVENT_READ else 0
        writable = pycurl.CSELECT_OUT if events & selectors.EVENT_WRITE else 0
        with undisturbed():
            self._multi.socket_action(descriptor, readable | writable)

    def _ended(self) -> list[Ended]:
        ended: list[Ended] = []
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            ended += [(handle, 0, "") for handle in succeeded]
            ended += failed
        return ended

    def _set_timer(self, milliseconds: int) -> None:
        self._timer = None if milliseconds < 0 else monotonic() + milliseconds / 1000

    def _watch(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._watched.discard(descriptor)
            with suppress(KeyError):
                self._poller.unregister(descriptor)
            return
        events = selectors.EVENT_READ if what & pycurl.POLL_IN else 0
        events |= selectors.EVENT_WRITE if what & pycurl.POLL_OUT else 0
        if descriptor in self._watched:
            self._poller.modify(descriptor, events)
        else:
            self._poller.register(descriptor, events)
            self._watched.add(descriptor)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep Ctrl-C waiting until the end of the block; threads that are started in it never get any."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
