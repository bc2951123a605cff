"""Breach by a customer: claimed, approved, met from the number's deposit, made good in one sum (P2-20 … P2-22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from trunkline.agreements.operations import breach_agreement, settle_agreement
from trunkline.agreements.queries import agreement, members
from trunkline.agreements.rules.breach import TOP_UP_DAYS, BreachClaim, settlement
from trunkline.agreements.types import IN_FORCE, AgreementState, AgreementView
from trunkline.billing.models import BreachCase
from trunkline.billing.operations.settling import Money, record_payments
from trunkline.billing.queries.breaches import UNKNOWN_BREACH, overdue_bills, view_of
from trunkline.billing.rules import payment_refusals
from trunkline.billing.types import (
    BREACH_LIFE,
    BREACH_STATE_NAMES,
    BreachEvent,
    BreachPreview,
    BreachProposal,
    BreachState,
    BreachView,
    OverdueBill,
    PaymentPurpose,
    PaymentView,
)
from trunkline.catalog.queries import parameter_on
from trunkline.kernel.money import ZERO, fen_down
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ledger.operations import post_entries
from trunkline.ledger.queries import locked_premium_balances, premium_balances
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines

NOT_IN_FORCE = Refusal(
    "breach.not_in_force",
    "P2-20",
    Text(
        "{day}协议不在有效期内，不能认定违约", "The agreement is not in force on {day}: nothing can be broken"
    ),
)
IN_FUTURE = Refusal("breach.in_future", "P2-20", Text("违约日期晚于今天", "The breach lies in the future"))
NOT_OF_AGREEMENT = Refusal(
    "breach.not_of_agreement",
    "P2-21",
    Text("号码{subject}没有在该协议下开通", "Number {subject} was not connected under this agreement"),
)
OPEN_ALREADY = Refusal(
    "breach.open_already",
    "P2-20",
    Text("号码{subject}已有未结的违约处理", "There is an open breach for {subject} already"),
)
GROUNDS_MISSING = Refusal(
    "breach.grounds_missing", "P2-20", Text("须写明违约事实和依据", "The facts of the breach must be stated")
)
NOTHING_CLAIMED = Refusal("breach.nothing_claimed", "P2-20", Text("没有任何索赔金额", "Nothing is claimed"))
AMOUNT_WRONG = Refusal(
    "breach.amount_wrong",
    "P2-20",
    Text("金额不得为负，至多两位小数", "Amounts are not negative and have at most two decimals"),
)
WRONG_STATE = Refusal(
    "breach.wrong_state",
    "P2-20",
    Text("违约处理的状态为{state}，不能这样办理", "The breach is {state_en}: this cannot be done"),
)
FOUR_EYES = Refusal(
    "breach.four_eyes",
    "P2-20",
    Text("提出违约处理的人不能审批", "Whoever proposed a breach cannot approve it"),
)
REASON_MISSING = Refusal(
    "breach.reason_missing", "P2-20", Text("撤销须写明原因", "A withdrawal needs its reason")
)
IN_ONE_SUM = Refusal(
    "breach.in_one_sum",
    "P2-22",
    Text("违约款项须一次性补足：应为{due}元", "A breach is made good in one sum: {due} yuan"),
)


def preview_breach(proposal: BreachProposal, at: datetime) -> BreachPreview:
    """What a proposal comes to and how it would be met now, nothing written; `Refused` as `propose_breach`."""
    account_id = _judge(proposal, agreement(proposal.agreement_id), local_date(at))
    return _preview(proposal, account_id)


@operation("breach.propose")
def propose_breach(*, proposal: BreachProposal, actor: Actor, at: datetime) -> int:
    """Claim what a breach of one number costs, in yuan; returns the case's id. Nothing is taken before approval.

    `Refused`: the agreement is not in force on that day, the number is none of its connected ones or has an open
    breach, no facts, nothing claimed, an amount below zero or finer than the fen (P2-20, P2-21).
    """
    view = agreement(proposal.agreement_id)
    account_id = _judge(proposal, view, local_date(at))
    found = _preview(proposal, account_id)
    if not found.claim.total:
        raise Refused(NOTHING_CLAIMED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('billing_breachcase', 'id'))")
        identity = int(cursor.fetchone()[0])
    BreachCase.objects.create(
        pk=identity,
        branch_id=view.branch_id,
        organization_id=view.organization_id,
        agreement_id=view.id,
        account_id=account_id,
        case_number=f"WY{local_date(at).year}-{identity:06d}",
        number=proposal.number,
        state=BreachState.PROPOSED,
        broken_on=proposal.broken_on,
        grounds=proposal.grounds.strip(),
        whole_agreement=proposal.whole_agreement,
        overdue_penalty=found.claim.overdue_penalty,
        benefits=found.claim.benefits,
        handset_penalty=found.claim.handset_penalty,
        losses=found.claim.losses,
        overdue=[_kept(each) for each in found.overdue],
        proposed_by_id=actor.staff_id,
        proposed_at=at,
    )
    return identity


@operation("breach.approve")
def approve_breach(*, case_id: int, actor: Actor, at: datetime) -> BreachView:
    """Approve a claim: it is met from the number's own un-released deposit, the rest is due in one sum (P2-21, P2-22).

    What was released stays the customer's, and so do other numbers' deposits. An agreement broken as a whole goes
    into breach. `Refused`: another state, or the approver proposed it himself.
    """
    row = _locked(case_id, BreachEvent.APPROVE)
    if row.proposed_by_id == actor.staff_id:
        raise Refused(FOUR_EYES)
    held = locked_premium_balances([row.account_id]).get((row.account_id, row.number))
    met = settlement(view_of(row).claim, held.unreleased if held else ZERO)
    row.offset, row.top_up = met.offset, met.top_up
    row.due_on = local_date(at) + timedelta(days=parameter_on(TOP_UP_DAYS, local_date(at)))
    _decide(row, BreachState.APPROVED, actor, at)
    post_entries(entries=[_claimed(row, at)], actor=actor, at=at)
    if row.whole_agreement and agreement(row.agreement_id).state in IN_FORCE:
        breach_agreement(agreement_id=row.agreement_id, actor=actor, at=at)
    if not met.top_up:
        _settle(row, actor, at)
    return view_of(row)


@operation("breach.withdraw")
def withdraw_breach(*, case_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take a claim back that is not approved yet, with the reason."""
    row = _locked(case_id, BreachEvent.WITHDRAW)
    if not reason.strip():
        raise Refused(REASON_MISSING)
    row.reason = reason.strip()
    _decide(row, BreachState.WITHDRAWN, actor, at)


@operation("breach.settle")
def settle_breach(
    *,
    case_id: int,
    amount: Decimal,
    method: PaymentMethod,
    reference: str = "",
    actor: Actor,
    at: datetime,
) -> PaymentView:
    """Take what a breach came to beyond the deposit, whole and at once (P2-22); returns the payment.

    `Refused` (``breach.in_one_sum``) for another sum, a part of it above all; then nothing is taken.
    """
    row = _locked(case_id, BreachEvent.SETTLE)
    raise_if_any(payment_refusals(amount))
    if amount != row.top_up:
        raise Refused(IN_ONE_SUM.filled(due=row.top_up))
    money = Money(
        branch_id=row.branch_id,
        organization_id=row.organization_id,
        account_id=row.account_id,
        amount=amount,
        method=method,
        reference=reference,
        subject=row.case_number,
        purpose=PaymentPurpose.BREACH,
    )
    (taken,) = record_payments([money], actor=actor, at=at)
    legs = (
        NewPosting(GeneralAccount.CASH, amount),
        NewPosting(GeneralAccount.BREACH_RECEIVABLE, -amount, row.account_id, row.number),
    )
    entry = NewEntry(
        "breach_payment", row.case_number, row.branch_id, at, f"违约款项 {row.case_number}", legs
    )
    post_entries(entries=[entry], actor=actor, at=at)
    _settle(row, actor, at)
    return taken


def _judge(proposal: BreachProposal, view: AgreementView, today: date) -> int:
    """Refuse a claim that cannot be made; otherwise the account of its number."""
    by_number = {member.number: member.line_id for member in members(view.id) if member.line_id}
    line_id = by_number.get(proposal.number)
    open_case = BreachCase.objects.filter(
        agreement_id=view.id, number=proposal.number, state__in=[BreachState.PROPOSED, BreachState.APPROVED]
    )
    amounts = (proposal.benefits, proposal.handset_penalty, proposal.losses)
    in_force = view.state in (*IN_FORCE, AgreementState.BREACHED) and (
        view.effective_on is not None
        and view.ends_on is not None
        and view.effective_on <= proposal.broken_on <= view.ends_on
    )
    raise_if_any(
        [
            *([] if in_force else [NOT_IN_FORCE.filled(day=proposal.broken_on.isoformat())]),
            *([IN_FUTURE] if proposal.broken_on > today else []),
            *([] if line_id else [NOT_OF_AGREEMENT.about(proposal.number)]),
            *([OPEN_ALREADY.about(proposal.number)] if open_case.exists() else []),
            *([] if proposal.grounds.strip() else [GROUNDS_MISSING]),
            *([] if all(_sound(amount) for amount in amounts) else [AMOUNT_WRONG]),
        ]
    )
    (line,) = lines([line_id or 0]).values()
    return line.account_id


def _sound(amount: Decimal) -> bool:
    return amount.is_finite() and amount >= 0 and amount == fen_down(amount)


def _preview(proposal: BreachProposal, account_id: int) -> BreachPreview:
    overdue: Sequence[OverdueBill] = (
        overdue_bills(account_id, proposal.broken_on) if proposal.with_overdue else ()
    )
    claim = BreachClaim(
        number=proposal.number,
        overdue_penalty=sum((each.penalty for each in overdue), ZERO),
        benefits=proposal.benefits,
        handset_penalty=proposal.handset_penalty,
        losses=proposal.losses,
    )
    held = premium_balances([account_id]).get((account_id, proposal.number))
    met = settlement(claim, held.unreleased if held else ZERO)
    return BreachPreview(claim, tuple(overdue), held.unreleased if held else ZERO, met.offset, met.top_up)


def _kept(bill: OverdueBill) -> dict[str, str | int]:
    """An overdue bill as JSON keeps it: amounts as strings."""
    return {name: value if isinstance(value, int) else str(value) for name, value in asdict(bill).items()}


def _locked(case_id: int, event: BreachEvent) -> BreachCase:
    """A breach under lock, to which `event` can happen."""
    row = BreachCase.objects.select_for_update().filter(pk=case_id).first()
    if row is None:
        raise Refused(UNKNOWN_BREACH.about(str(case_id)))
    if BREACH_LIFE.after(BreachState(row.state), event) is None:
        words = BREACH_STATE_NAMES[BreachState(row.state)]
        raise Refused(WRONG_STATE.filled(state=words.zh, state_en=words.en))
    return row


def _decide(row: BreachCase, state: BreachState, actor: Actor, at: datetime) -> None:
    row.state = state
    row.decided_by_id, row.decided_at = actor.staff_id, at
    row.save()


def _claimed(row: BreachCase, at: datetime) -> NewEntry:
    """The claim as income, met from the deposit first."""
    offset, top_up = row.offset or ZERO, row.top_up or ZERO
    legs = [NewPosting(GeneralAccount.BREACH_INCOME, -(offset + top_up))]
    if offset:
        legs.append(NewPosting(GeneralAccount.PREMIUM_UNRELEASED, offset, row.account_id, row.number))
    if top_up:
        legs.append(NewPosting(GeneralAccount.BREACH_RECEIVABLE, top_up, row.account_id, row.number))
    return NewEntry("breach", row.case_number, row.branch_id, at, f"违约 {row.case_number}", tuple(legs))


def _settle(row: BreachCase, actor: Actor, at: datetime) -> None:
    """Settle a breach, and with the last one its agreement."""
    row.state = BreachState.SETTLED
    row.save()
    if agreement(row.agreement_id).state is not AgreementState.BREACHED:
        return
    waiting = BreachCase.objects.filter(
        agreement_id=row.agreement_id, state__in=[BreachState.PROPOSED, BreachState.APPROVED]
    )
    if not waiting.exists():
        settle_agreement(agreement_id=row.agreement_id, actor=actor, at=at)
