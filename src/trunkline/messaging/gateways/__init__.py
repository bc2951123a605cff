"""The ways out of the house, behind one protocol. Which there are the environment says (docs/formats/messages.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from django.conf import settings

from trunkline.messaging.gateways.address import GatewayMisconfigured
from trunkline.messaging.gateways.email import SmtpGateway
from trunkline.messaging.gateways.sms import SmppGateway
from trunkline.messaging.gateways.voice import VoiceFolder
from trunkline.messaging.types import GatewayStatus, MessageKind, MessageToSend, Outcome, Receipt


class Gateway(Protocol):
    """Where messages of one kind are handed over. Not to be shared between threads."""

    def send(self, message: MessageToSend) -> Outcome:
        """Hand a message over once, within the time of its lease. Network trouble is an outcome, not an exception."""
        ...

    def receipts(self) -> Sequence[Receipt]:
        """The delivery receipts that have come since they were asked for last."""
        ...

    def close(self) -> None:
        """Let go of the connection. The next message opens another."""
        ...


#: By kind: the setting that names the gateway, and how it is opened.
_GATEWAYS: dict[MessageKind, tuple[str, Callable[[str], Gateway]]] = {
    MessageKind.SMS: ("TRUNKLINE_SMPP_URL", SmppGateway),
    MessageKind.VOICE: ("TRUNKLINE_VOICE_FOLDER", VoiceFolder),
    MessageKind.EMAIL: ("TRUNKLINE_SMTP_URL", SmtpGateway),
}


def gateway_for(kind: MessageKind) -> Gateway | None:
    """The gateway of a kind, not yet connected; None where none is configured.

    `GatewayMisconfigured` when its setting cannot be read.
    """
    setting, opened = _GATEWAYS[kind]
    value = str(getattr(settings, setting))
    return opened(value) if value else None


def gateway_statuses(waiting: dict[MessageKind, int]) -> tuple[GatewayStatus, ...]:
    """Of every kind, where its messages go, or why they wait."""
    found = []
    for kind, (setting, _) in _GATEWAYS.items():
        try:
            gateway = gateway_for(kind)
        except GatewayMisconfigured as error:
            found.append(GatewayStatus(kind, "", f"{setting}: {error}", waiting[kind]))
            continue
        address = "" if gateway is None else str(gateway)
        found.append(GatewayStatus(kind, address, "" if gateway else setting, waiting[kind]))
    return tuple(found)


__all__ = ["Gateway", "GatewayMisconfigured", "gateway_for", "gateway_statuses"]
