"""`trunkline breach`: breaches of agreements by customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import click

from trunkline.billing import letters, operations
from trunkline.billing.queries.breaches import benefits_taken_back, find_breaches
from trunkline.billing.queries.breaches import breach as breach_view
from trunkline.billing.types import (
    BREACH_STATE_NAMES,
    BreachPreview,
    BreachProposal,
    BreachState,
    BreachView,
)
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import AMOUNT, DAY, file_option, write_file
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.text import Text
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor

breach = Group(
    "breach", text=Text("违约：提出、审批、通知书、补足", "Breaches: claim, approve, letter, settle")
)

_CASES: tuple[Column[BreachView], ...] = (
    Column(Text("ID", "ID"), lambda b: b.id, right=True),
    Column(Text("编号", "Case"), lambda b: b.case_number),
    Column(Text("协议", "Agreement"), lambda b: b.agreement_id, right=True),
    Column(Text("号码", "Number"), lambda b: b.claim.number),
    Column(Text("状态", "State"), lambda b: BREACH_STATE_NAMES[b.state]),
    Column(Text("索赔", "Claimed"), lambda b: b.claim.total, right=True),
    Column(Text("折抵", "Offset"), lambda b: "" if b.offset is None else b.offset, right=True),
    Column(Text("补足", "Due in one sum"), lambda b: "" if b.top_up is None else b.top_up, right=True),
    Column(Text("期限", "Due on"), lambda b: b.due_on or ""),
)
_PREVIEW: tuple[Column[BreachPreview], ...] = (
    Column(Text("号码", "Number"), lambda p: p.claim.number),
    Column(Text("逾期违约金", "Overdue penalty"), lambda p: p.claim.overdue_penalty, right=True),
    Column(Text("索赔", "Claimed"), lambda p: p.claim.total, right=True),
    Column(Text("未解冻", "Un-released"), lambda p: p.unreleased, right=True),
    Column(Text("折抵", "Offset"), lambda p: p.offset, right=True),
    Column(Text("补足", "Due in one sum"), lambda p: p.top_up, right=True),
)
_CASE = click.argument("case_id", type=int, metavar="ID")


def _show(cases: Sequence[BreachView], out: Output) -> None:
    out.rows(_CASES, cases)


@command_for("agreement.view", breach, "list", text=Text("列出违约处理", "List breaches"))
@option(
    "--state",
    type=click.Choice([state.value for state in BreachState]),
    default=None,
    text=Text("状态", "State"),
)
def list_breaches(*, state: str | None, actor: Actor, at: datetime, out: Output) -> None:
    """The newest first."""
    _show(find_breaches(BreachState(state) if state else None), out)


@command_for(
    "breach.propose",
    breach,
    "propose",
    text=Text("提出违约处理，或只试算", "Claim what a breach costs, or only see what it would come to"),
    examples=(
        "trunkline breach propose 12 18655109999 --on 2026-11-20 --grounds 合约期内离网 --benefits 2400 --dry-run",
    ),
)
@click.argument("agreement_id", type=int, metavar="AGREEMENT")
@click.argument("number")
@option("--on", "broken_on", type=DAY, required=True, text=Text("违约日期", "Day of the breach"))
@option("--grounds", required=True, text=Text("违约事实和依据", "The facts of the breach"))
@option(
    "--benefits",
    type=AMOUNT,
    default=None,
    text=Text("收回的补贴等优惠，默认按记录", "Subsidy and benefits taken back; as recorded by default"),
)
@option("--handset", type=AMOUNT, default="0", text=Text("退机违约款", "Penalty of a handset given back"))
@option("--losses", type=AMOUNT, default="0", text=Text("其他损失", "Other losses"))
@option("--without-overdue", is_flag=True, text=Text("不计逾期违约金", "Without the overdue penalty"))
@option("--whole-agreement", is_flag=True, text=Text("整份协议违约", "The whole agreement is broken"))
@option("--dry-run", is_flag=True, text=Text("只试算", "Only show what it would come to"))
def propose(
    *,
    agreement_id: int,
    number: str,
    broken_on: date,
    grounds: str,
    benefits: Decimal | None,
    handset: Decimal,
    losses: Decimal,
    without_overdue: bool,
    whole_agreement: bool,
    dry_run: bool,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Nothing is taken before somebody else approves it."""
    if benefits is None:
        benefits = benefits_taken_back(agreement_id, None if whole_agreement else number, broken_on)
    asked = BreachProposal(
        agreement_id=agreement_id,
        number=number,
        broken_on=broken_on,
        grounds=grounds,
        whole_agreement=whole_agreement,
        with_overdue=not without_overdue,
        benefits=benefits,
        handset_penalty=handset,
        losses=losses,
    )
    if dry_run:
        out.rows(_PREVIEW, [operations.preview_breach(asked, at)])
        return
    made = operations.propose_breach(proposal=asked, actor=actor, at=at)
    _show([breach_view(made)], out)


@command_for("breach.approve", breach, "approve", text=Text("审批并折抵", "Approve, and offset the deposit"))
@_CASE
def approve(*, case_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """Somebody else than who proposed it."""
    _show([operations.approve_breach(case_id=case_id, actor=actor, at=at)], out)


@command_for("breach.withdraw", breach, "withdraw", text=Text("撤销未审批的违约处理", "Take a claim back"))
@_CASE
@option("--reason", required=True, text=Text("原因", "Why"))
def withdraw(*, case_id: int, reason: str, actor: Actor, at: datetime, out: Output) -> None:
    """Before it is approved."""
    operations.withdraw_breach(case_id=case_id, reason=reason, actor=actor, at=at)
    _show([breach_view(case_id)], out)


@command_for("breach.settle", breach, "settle", text=Text("一次性补足", "Make a breach good in one sum"))
@_CASE
@option("--amount", type=AMOUNT, required=True, text=Text("金额（元）", "Yuan"))
@option(
    "--method",
    type=click.Choice([method.value for method in PaymentMethod]),
    default=PaymentMethod.CASH.value,
    show_default=True,
    text=Text("付款方式", "How it is paid"),
)
@option("--reference", default="", text=Text("凭证号", "Number of the voucher"))
def settle(
    *,
    case_id: int,
    amount: Decimal,
    method: str,
    reference: str,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """A part of it is refused (P2-22)."""
    taken = operations.settle_breach(
        case_id=case_id, amount=amount, method=PaymentMethod(method), reference=reference, actor=actor, at=at
    )
    out.done(
        {"id": case_id, "receipt": taken.receipt_number},
        Text("违约处理 {id} 已结清，收据 {receipt}", "Breach {id} is settled, receipt {receipt}"),
    )


@command_for("agreement.view", breach, "letter", text=Text("把通知书写成 PDF", "Write the letter as PDF"))
@_CASE
@file_option("breach.pdf")
def letter(*, case_id: int, target: Path, actor: Actor, at: datetime, out: Output) -> None:
    """Once it is approved."""
    write_file(target, letters.breach_letter(case_id, at), out)
