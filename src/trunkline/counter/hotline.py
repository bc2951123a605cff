"""The desk of the hotlines (S24-3, S25-C): a caller who proved who he is, and what this hotline may do for him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trunkline.counter.registry import service_items
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.item import ServiceItem
from trunkline.ordering.rules import PROOF_HOLDS
from trunkline.ordering.verification import VerificationView, verification
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineView

NO_CALLER = Refusal(
    "hotline.caller.unknown",
    "S24-3",
    Text(
        "没有这次身份核验，或已超过30分钟：请重新核验",
        "No such check of identity, or it is over: check again",
    ),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is on the telephone: the line, and the proof that orders rest on."""

    line: LineView
    proof: VerificationView


def caller(verification_id: int, *, actor: Actor, at: datetime) -> Caller:
    """The caller an agent has checked himself, on this hotline, within the time; `Refused` (unknown) otherwise."""
    proof = verification(verification_id)
    line = lines([proof.line_id]).get(proof.line_id) if proof is not None and proof.line_id else None
    if (
        proof is None
        or line is None
        or not proof.passed
        or proof.staff_id != actor.staff_id
        or proof.channel is not actor.channel
        or at >= proof.checked_at + PROOF_HOLDS
        or line.organization_id != proof.organization_id
    ):
        raise Refused(NO_CALLER)
    return Caller(line, proof)


def items_for(who: Caller, actor: Actor) -> tuple[ServiceItem[object, object], ...]:
    """What this hotline may do on that proof; 10019 takes nothing but faults (S25-C), which are no items."""
    return tuple(
        item
        for item in service_items().values()
        if actor.channel in item.channels
        and who.proof.kind in item.verifications
        and actor.may(item.permission)
    )
