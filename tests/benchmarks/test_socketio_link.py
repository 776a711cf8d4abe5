"""The benchmark's client of python-socketio, against its own server's packets."""

from __future__ import annotations

import orjson
import pytest
import socketio

from benchmarks.socketio_link import message_of


@pytest.mark.parametrize("fields", [{}, {"switchId": "s,1", "pad": '"}],[{'}, {"tên": "Lê Lai"}])
def test_an_event_becomes_a_message_of_ours(fields: dict[str, str]) -> None:
    packet = socketio.packet.Packet(socketio.packet.EVENT, data=["prepare", fields])
    message = message_of(b"4" + packet.encode().encode())
    assert orjson.loads(message) == {"type": "prepare", "d": fields}
