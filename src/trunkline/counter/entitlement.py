"""Who may ask about a line: its user with number and password, or the handler for the organisation's lines (Q-03)."""

from __future__ import annotations

from collections.abc import Iterable

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, LineGuard, Origin, Paper
from trunkline.ordering.rules import PHYSICAL, proof_holds
from trunkline.ordering.types import PaperKind, VerificationKind
from trunkline.ordering.verification import verification
from trunkline.subscriptions.types import NameType

PASSWORD = frozenset({VerificationKind.SERVICE_PASSWORD})
NOT_ENTITLED = Text(
    "号码{subject}以个人名称开户的，须由用户本人凭号码和服务密码办理；单位名称开户的，由经办人办理",
    "{subject}: its user applies with number and password where it is in his name, else the handler",
)


def user_or_handler_papers(clause: str, *, origin: Origin = Origin.SOURCE) -> tuple[Paper, ...]:
    """经办人证件和单位介绍信 (X-A1), which a user who proves himself by his password does not show (S18-3)."""
    return (
        Paper(PaperKind.HANDLER_ID, clause, original=True, origin=origin, waived_by_proof=True),
        Paper(PaperKind.LETTER_OF_INTRODUCTION, clause, sealed=True, origin=origin, waived_by_proof=True),
    )


def entitled(clause: str, *, origin: Origin = Origin.SOURCE) -> LineGuard[LinesFacts, LineFacts]:
    """S18-G1, Q-03: an individual's line is its user's; the handler asks for organisation-name lines only."""

    def check(around: Circumstances, _: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
        by_handler = around.handler is not None or around.channel not in PHYSICAL
        if around.request.verification_id is None:
            granted = by_handler and chosen.line.name_type is not NameType.INDIVIDUAL
        else:
            # What was proved when the order was placed holds when it is carried out.
            proof = verification(around.request.verification_id)
            granted = bool(around.keys) or proof_holds(PASSWORD, around, proof)
        refusal = Refusal("line.not_entitled", clause, NOT_ENTITLED)
        return () if granted else (refusal.about(chosen.line.number),)

    return LineGuard("entitled", clause, NOT_ENTITLED, check, origin)
