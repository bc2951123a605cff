"""违约处理通知书 as PDF: the letter that tells a customer what a breach costs and how it is met (P2-20 … P2-22)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from trunkline.agreements.queries import agreement
from trunkline.billing.queries.breaches import breach
from trunkline.billing.types import BreachState, BreachView
from trunkline.kernel.money import ZERO, in_capitals
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.kernel.typeset import chinese_day, typeset, yuan
from trunkline.party.queries import organization
from trunkline.security.queries import company_name

NOT_APPROVED = Refusal(
    "breach.not_approved",
    "P2-20",
    Text("违约处理审批后才有通知书", "There is a letter only once the breach is approved"),
)


def breach_letter(case_id: int, at: datetime) -> bytes:
    """The letter of an approved breach; `Refused` (``breach.not_approved``) before that."""
    case = breach(case_id)
    if case.state not in (BreachState.APPROVED, BreachState.SETTLED):
        raise Refused(NOT_APPROVED)
    paper = agreement(case.agreement_id)
    offset, top_up = case.offset or ZERO, case.top_up or ZERO
    data = {
        "number": case.case_number,
        "operator_name": company_name(paper.branch_id),
        "agreement_number": paper.number,
        "header": [
            ("甲　　方", organization(case.organization_id).name),
            ("号　　码", case.claim.number),
            ("违约日期", chinese_day(case.broken_on)),
            ("通知日期", chinese_day(local_date(case.decided_at or at))),
        ],
        "grounds": case.grounds,
        "claims": _claims(case),
        "total": yuan(case.claim.total),
        "overdue": [
            (b.bill_number, yuan(b.owed), str(b.days), f"{(b.rate * 1000).normalize():f}‰", yuan(b.penalty))
            for b in case.overdue
        ],
        "met": [
            (f"以号码{case.claim.number}尚未解冻的靓号预存款折抵", yuan(offset)),
            ("应一次性补足", yuan(top_up)),
        ],
        "top_up": yuan(top_up),
        "top_up_capitals": in_capitals(top_up),
        "due": chinese_day(case.due_on) if top_up and case.due_on else "",
    }
    return typeset(Path(__file__).parent / "print" / "breach.typ", data, at=at)


def _claims(case: BreachView) -> list[tuple[str, str]]:
    parts = (
        ("逾期付款违约金", case.claim.overdue_penalty),
        ("终端补贴款及其他优惠", case.claim.benefits),
        ("提前退机违约款", case.claim.handset_penalty),
        ("其他经济损失", case.claim.losses),
    )
    return [(name, yuan(amount)) for name, amount in parts if amount]
