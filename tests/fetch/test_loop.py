"""The loop under libcurl, when a person presses Ctrl-C."""

import signal
import socket
from collections.abc import Iterator
from time import monotonic

import pycurl
import pytest

from aggregator.fetch.loop import Loop


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture
def ctrl_c_works() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def transfer(loop: Loop, handle: pycurl.Curl) -> None:
    loop.add(handle)
    give_up = monotonic() + 5
    while monotonic() < give_up:
        loop.drive(1)


@pytest.mark.usefixtures("ctrl_c_works")
def test_ctrl_c_in_the_middle_of_a_callback_is_not_lost(silent: str) -> None:
    """pycurl prints what a callback raises and goes on: the person would wait for the slowest server."""
    pressed: list[int] = []

    def open_socket(_purpose: int, place: tuple[int, int, int, tuple[str, int]]) -> socket.socket:
        signal.raise_signal(signal.SIGINT)
        pressed.append(1)
        family, kind, protocol, _ = place
        return socket.socket(family, kind, protocol)

    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, silent)
    handle.setopt(pycurl.PROXY, "")
    handle.setopt(pycurl.OPENSOCKETFUNCTION, open_socket)
    loop = Loop(1)
    with pytest.raises(KeyboardInterrupt):
        transfer(loop, handle)
    assert pressed == [1]
    loop.remove(handle)
    loop.close()
