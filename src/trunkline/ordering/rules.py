"""Pure rules of the counter that every item shares: channel, papers or proof of identity, time limit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from trunkline.billing.compensation import compensation_for_days
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, Paper, ServiceItem, TakesEffect
from trunkline.ordering.types import (
    PAPER_NAMES,
    VERIFICATION_NAMES,
    PaperKind,
    ShownPaper,
    VerificationKind,
)
from trunkline.security.types import CHANNEL_NAMES, Channel

CHANNEL_NOT_ALLOWED = Refusal(
    "order.channel_not_allowed",
    "",
    Text("本业务不能在{channel}办理", "This item cannot be applied for through: {channel_en}"),
)
PAPER_MISSING = Refusal("order.paper_missing", "", Text("缺少：{paper}", "Missing: {paper_en}"))
PAPER_UNNUMBERED = Refusal(
    "order.paper_unnumbered",
    "",
    Text("须登记证件编号：{paper}", "The document's number is needed: {paper_en}"),
)
ORIGINAL_NOT_SEEN = Refusal(
    "order.original_not_seen", "", Text("须核对原件：{paper}", "The original must be seen: {paper_en}")
)
NOT_SEALED = Refusal(
    "order.not_sealed", "", Text("须加盖单位公章：{paper}", "The organisation's seal is needed: {paper_en}")
)
COPY_NOT_KEPT = Refusal(
    "order.copy_not_kept", "", Text("须复印留存：{paper}", "A copy must be kept: {paper_en}")
)
HANDLER_MISSING = Refusal(
    "order.handler_missing", "X-A1", Text("须由登记的经办人办理", "A registered handler must apply")
)
NOT_VERIFIED = Refusal(
    "order.not_verified",
    "X-R2",
    Text("须先核验客户身份：{kinds}", "The customer must prove who he is first: {kinds_en}"),
)

#: Channels that see papers; the others verify and keep a service record instead (X-R2).
PHYSICAL = frozenset({Channel.OWN_HALL, Channel.ACCOUNT_MANAGER, Channel.GRID_MANAGER, Channel.BACK_OFFICE})
#: How long a proof of identity holds.
PROOF_HOLDS = timedelta(minutes=30)


class Proof(Protocol):
    """What the rules ask of a verification."""

    @property
    def organization_id(self) -> int: ...
    @property
    def line_id(self) -> int | None: ...
    @property
    def kind(self) -> VerificationKind: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def passed(self) -> bool: ...
    @property
    def checked_at(self) -> datetime: ...


def channel_refusals(item_clause: str, channels: Iterable[Channel], channel: Channel) -> tuple[Refusal, ...]:
    """Why an item may not be applied for here: the channel matrix (domain 1.0)."""
    if channel in channels:
        return ()
    words = CHANNEL_NAMES[channel]
    refusal = CHANNEL_NOT_ALLOWED.filled(channel=words.zh, channel_en=words.en)
    return (Refusal(refusal.code, f"{item_clause}-C", refusal.text, channel),)


def _about(template: Refusal, paper: Paper, kind: PaperKind) -> Refusal:
    words = PAPER_NAMES[kind]
    filled = template.filled(paper=words.zh, paper_en=words.en)
    return Refusal(filled.code, paper.clause, filled.text, kind)


def handler_refusals(item: ServiceItem[Any, Any], around: Circumstances) -> tuple[Refusal, ...]:
    """Where papers are shown, a registered handler applies for the organisation (X-A1)."""
    needed = item.needs_handler and not sees_no_papers(item, around.channel)
    return (HANDLER_MISSING,) if needed and around.handler is None else ()


def verification_refusals(
    item: ServiceItem[Any, Any], around: Circumstances, proof: Proof | None
) -> tuple[Refusal, ...]:
    """Electronic channels need a fresh proof of the kind the item accepts, for this customer (X-R2, S18-3).

    Some items need it wherever they are served (S24-3, S30-A1), some only for what reveals data (`proof_when`).
    It is asked for when the order is placed; what was
    proved then holds when the order is carried out.
    """
    needed = item.verified_everywhere or sees_no_papers(item, around.channel)
    if around.keys or not needed or not item.verifications:
        return ()
    if item.proof_when is not None and not item.proof_when(around):
        return ()
    if proof_holds(item.verifications, around, proof):
        return ()
    kinds = [VERIFICATION_NAMES[kind] for kind in sorted(item.verifications)]
    return (
        NOT_VERIFIED.filled(
            kinds="、".join(kind.zh for kind in kinds), kinds_en=", ".join(kind.en for kind in kinds)
        ),
    )


def proof_holds(kinds: Collection[VerificationKind], around: Circumstances, proof: Proof | None) -> bool:
    """Whether a proof is good for what is applied for: as `proof_fits` says, and for all lines chosen."""
    chosen = {choice.line_id for choice in around.request.lines}
    return (
        proof is not None
        and proof_fits(kinds, around.organization.id, around.channel, proof, around.at)
        and (proof.line_id is None or chosen <= {proof.line_id})
    )


def proof_fits(
    kinds: Collection[VerificationKind], organization_id: int, channel: Channel, proof: Proof, at: datetime
) -> bool:
    """Whether a proof passed, is of one of these kinds, of this customer, made here and fresh."""
    return (
        proof.passed
        and proof.kind in kinds
        and proof.organization_id == organization_id
        and proof.channel is channel
        and proof.checked_at <= at < proof.checked_at + PROOF_HOLDS
    )


def time_limit_hours(takes_effect: TakesEffect, channel: Channel) -> int:
    """Hours until an order is late: at once, but within 24 hours where the item says so outside halls (S06-T)."""
    later = takes_effect is TakesEffect.WITHIN_24_HOURS and channel is not Channel.OWN_HALL
    return 24 if later else 0


def sees_no_papers(item: ServiceItem[Any, Any], channel: Channel) -> bool:
    """Whether the item is served here without papers, on a proof of identity (X-R2)."""
    return channel in item.channels and channel not in PHYSICAL


def papers_wanted(item: ServiceItem[Any, Any], proof: Proof | None) -> tuple[Paper, ...]:
    """The papers an item asks for, given how the customer proved who he is: a card that was shown is copied (S30-A1)."""
    kind = proof.kind if proof is not None else None
    return tuple(
        paper
        for paper in item.papers
        if paper.with_proof in (None, kind) and not (paper.waived_by_proof and kind is not None)
    )


def paper_refusals(wanted: Iterable[Paper], shown: Iterable[ShownPaper]) -> tuple[Refusal, ...]:
    """What is wrong with the papers: each one missing, unnumbered, not the original, unsealed, or not copied."""
    by_kind = {paper.kind: paper for paper in shown}
    found: list[Refusal] = []
    for paper in wanted:
        kind = paper.kind
        if kind not in by_kind and paper.alternative in by_kind:
            kind = paper.alternative
        seen = by_kind.get(kind)
        if seen is None:
            found.append(_about(PAPER_MISSING, paper, kind))
            continue
        if not seen.reference.strip():
            found.append(_about(PAPER_UNNUMBERED, paper, kind))
        if paper.original and not seen.original_seen:
            found.append(_about(ORIGINAL_NOT_SEEN, paper, kind))
        if paper.sealed and not seen.sealed:
            found.append(_about(NOT_SEALED, paper, kind))
        if not seen.copy_kept:
            found.append(_about(COPY_NOT_KEPT, paper, kind))
    return tuple(found)


def late_compensation(fee: Decimal, due_at: datetime, completed_at: datetime) -> Decimal:
    """What a customer is paid for lateness by the operator's fault, in yuan: 1 % of the fee a day begun (REG-03)."""
    late = completed_at - due_at
    return compensation_for_days(fee, -(-late // timedelta(days=1)))
