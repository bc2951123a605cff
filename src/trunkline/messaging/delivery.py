"""The way out: due messages are handed over one after the other, each recorded before the next is taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from trunkline.messaging.gateways import Gateway
from trunkline.messaging.operations import hand_over, keep_receipts, settle
from trunkline.messaging.queries import anything_due
from trunkline.messaging.types import MessageKind, OutcomeKind, Report
from trunkline.security.audit import acting
from trunkline.security.types import Actor

#: How many messages a round sends at most, so that receipts are looked at in between.
PORTION = 500


def send_due(*, kind: MessageKind, gateway: Gateway, actor: Actor, now: Callable[[], datetime]) -> int:
    """Send what is due of `kind`, a portion at most, until the gateway has no room; returns how many it was given.

    `now` is asked before each, since a lease begins when a message is taken. Nothing is written where nothing is due.
    """
    with acting(actor):
        due = anything_due(kind, now())
    done: Report | None = None
    given = 0
    while due and given < PORTION:
        message = hand_over(kind=kind, done=done, actor=actor, at=now())
        if message is None:
            return given
        done = Report(message.id, message.lease, gateway.send(message))
        if done.outcome.kind is OutcomeKind.UNREACHABLE:
            break
        given += 1
    if done is not None:
        settle(done=done, actor=actor, at=now())
    return given


def take_receipts(*, gateway: Gateway, actor: Actor, now: Callable[[], datetime]) -> int:
    """Keep the delivery receipts that have come; returns how many."""
    receipts = gateway.receipts()
    if receipts:
        keep_receipts(receipts=receipts, actor=actor, at=now())
    return len(receipts)
