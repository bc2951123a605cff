"""Short messages by SMPP 3.4: bound once, one request at a time, delivery receipts taken on the way."""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from smpplib import consts, smpp
from smpplib.client import Client
from smpplib.exceptions import ConnectionError as ConnectionLost
from smpplib.exceptions import PDUError, UnknownCommandError

from trunkline.messaging.gateways.address import Address, GatewayMisconfigured, parsed
from trunkline.messaging.gateways.segments import segments
from trunkline.messaging.types import MessageToSend, Outcome, OutcomeKind, Receipt

#: Of each answer; ten segments of a message stay within its lease.
_SECONDS = 10.0
#: After so many quiet seconds the connection is tried before a message is trusted to it.
_QUIET = 10.0
_OPTIONS = ("source", "source_ton", "source_npi", "dest_ton", "dest_npi", "prefix", "system_type", "bind")
_BINDS = ("transceiver", "transmitter")
_IS_RECEIPT = 0x04
_RECEIPT = re.compile(rb"id:(?P<id>\S+).*?stat:(?P<stat>[A-Z]+)", re.DOTALL)
_BROKEN = (ConnectionLost, PDUError, UnknownCommandError, OSError)

#: What says nothing about the message, but that there is no room or no service now.
_NO_ROOM = frozenset({consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL, consts.SMPP_ESME_RINVBNDSTS})
_THIS_TIME = frozenset({consts.SMPP_ESME_RSYSERR, consts.SMPP_ESME_RSUBMITFAIL, consts.SMPP_ESME_RX_T_APPN})


class SmppGateway:
    """A short-message centre. ``smpp://system_id:password@host:2775?source=10010``."""

    def __init__(self, url: str) -> None:
        self._address: Address = parsed(url, ports={"smpp": 2775}, options=_OPTIONS)
        options = self._address.options
        self._bind = options.get("bind", _BINDS[0])
        if self._bind not in _BINDS:
            raise GatewayMisconfigured(f"bind must be {' or '.join(_BINDS)}")
        numbers = ("source_ton", "source_npi", "dest_ton", "dest_npi")
        if not all(options.get(name, "0").isdecimal() for name in numbers):
            raise GatewayMisconfigured(f"{', '.join(numbers)} are numbers")
        self._addressing = {
            "source_addr": options.get("source", ""),
            "source_addr_ton": int(options.get("source_ton", "0")),
            "source_addr_npi": int(options.get("source_npi", "1")),
            "dest_addr_ton": int(options.get("dest_ton", "0")),
            "dest_addr_npi": int(options.get("dest_npi", "1")),
        }
        self._client: Client | None = None
        self._heard = 0.0
        self._receipts: list[Receipt] = []

    def __str__(self) -> str:
        return str(self._address)

    def send(self, message: MessageToSend) -> Outcome:
        """Hand the message over, in as many requests as it has parts; it has left when the last is taken.

        A try that is repeated has the same parts under the same reference, which a handset joins as one message.
        """
        try:
            client = self._bound()
        except _BROKEN as error:
            self.close()
            return Outcome(OutcomeKind.UNREACHABLE, _told(error))
        coding, parts = segments(message.body, message.id & 0xFF)
        outcome = Outcome(OutcomeKind.ACCEPTED)
        for place, part in enumerate(parts, start=1):
            request = {
                **self._addressing,
                "destination_addr": self._address.options.get("prefix", "") + message.recipient,
                "esm_class": consts.SMPP_GSMFEAT_UDHI if len(parts) > 1 else consts.SMPP_MSGMODE_DEFAULT,
                "data_coding": coding,
                "validity_period": _until(message.expires_at),
                # One receipt tells of the whole; it comes for the last part.
                "registered_delivery": int(place == len(parts)),
                "short_message": part,
            }
            try:
                outcome = self._submitted(client, request)
            except _BROKEN as error:
                self.close()
                return Outcome(OutcomeKind.UNCERTAIN, _told(error))
            if outcome.kind is not OutcomeKind.ACCEPTED:
                return outcome
        return outcome

    def receipts(self) -> Sequence[Receipt]:
        """What has come since; nothing where the connection is gone, after which the centre keeps its receipts."""
        if self._client is not None:
            try:
                self._listen(self._client)
            except _BROKEN:
                self.close()
        found, self._receipts = tuple(self._receipts), []
        return found

    def close(self) -> None:
        """Drop the connection; what it did not answer stays unanswered."""
        client, self._client = self._client, None
        if client is not None:
            client.state = consts.SMPP_CLIENT_STATE_OPEN
            client.disconnect()

    def _bound(self) -> Client:
        """The connection of the message before if it is alive, or another."""
        if self._client is not None:
            try:
                self._listen(self._client)
                if time.monotonic() - self._heard > _QUIET:
                    self._answer(self._client, smpp.make_pdu("enquire_link", client=self._client))
                return self._client
            except _BROKEN:
                self.close()
        address = self._address
        client = Client(
            address.host, address.port, timeout=_SECONDS, logger_name="smpplib", allow_unknown_opt_params=True
        )
        self._client = client
        client.connect()
        bind = client.bind_transceiver if self._bind == _BINDS[0] else client.bind_transmitter
        bind(
            system_id=address.user,
            password=address.password,
            system_type=address.options.get("system_type", ""),
        )
        self._heard = time.monotonic()
        return client

    def _submitted(self, client: Client, request: dict[str, Any]) -> Outcome:
        """What the centre answers to one request."""
        answer = self._answer(client, smpp.make_pdu("submit_sm", client=client, **request))
        if answer.status == consts.SMPP_ESME_ROK:
            return Outcome(OutcomeKind.ACCEPTED, reference=answer.message_id.decode("ascii", "replace"))
        words = f"0x{answer.status:08X} {consts.DESCRIPTIONS.get(answer.status, '')}".strip()
        if answer.status in _NO_ROOM:
            return Outcome(OutcomeKind.UNREACHABLE, words)
        return Outcome(OutcomeKind.FAILED if answer.status in _THIS_TIME else OutcomeKind.REJECTED, words)

    def _answer(self, client: Client, request: Any) -> Any:
        """Send a request and read until its answer; what comes in between is dealt with."""
        client.send_pdu(request)
        while True:
            answer = client.read_pdu()
            self._heard = time.monotonic()
            if answer.is_response() and answer.sequence == request.sequence:
                return answer
            self._take(client, answer)

    def _listen(self, client: Client) -> None:
        """Deal with what has come in the meantime, without waiting for more."""
        while select.select([client._socket], [], [], 0)[0]:
            pdu = client.read_pdu()
            self._heard = time.monotonic()
            self._take(client, pdu)

    def _take(self, client: Client, pdu: Any) -> None:
        """Answer a request of the centre; a receipt among them is kept."""
        if pdu.command == "unbind":
            self._reply(client, "unbind_resp", pdu)
            raise ConnectionLost("unbound")
        if pdu.command == "enquire_link":
            self._reply(client, "enquire_link_resp", pdu)
        if pdu.command == "deliver_sm":
            self._reply(client, "deliver_sm_resp", pdu)
            found = _RECEIPT.search(pdu.short_message or b"")
            if pdu.esm_class & _IS_RECEIPT and found:
                self._receipts.append(
                    Receipt(found["id"].decode("ascii", "replace"), found["stat"].decode("ascii"))
                )

    def _reply(self, client: Client, command: str, to: Any) -> None:
        reply = smpp.make_pdu(command, client=client, status=consts.SMPP_ESME_ROK)
        reply.sequence = to.sequence
        client.send_pdu(reply)


def _until(expires_at: datetime | None) -> str:
    """When the centre stops trying to deliver: an absolute time of SMPP, in UTC; empty for its own limit."""
    return f"{expires_at.astimezone(UTC):%y%m%d%H%M%S}000+" if expires_at else ""


def _told(error: Exception) -> str:
    """An error without what was sent."""
    if isinstance(error, PDUError):
        return str(error.args[0])
    if isinstance(error, socket.timeout):
        return "timed out"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or "connection lost"
