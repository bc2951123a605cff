"""`trunkline payment`: money taken at the counter."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import click

from trunkline.billing import documents, operations, queries
from trunkline.billing.types import PREPAYMENT_STATE_NAMES, PaymentView, PrepaymentView
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import AMOUNT, file_option, write_file
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.text import Text
from trunkline.party.types import PAYMENT_METHOD_NAMES, PaymentMethod
from trunkline.security.types import Actor
from trunkline.subscriptions.types import SERVICE_NAMES, ServiceCode

payment = Group("payment", text=Text("收款：收费、打印收据", "Payments: take, list, receipt"))

_LIST: tuple[Column[PaymentView], ...] = (
    Column(Text("ID", "ID"), lambda p: p.id, right=True),
    Column(Text("收据号", "Receipt"), lambda p: p.receipt_number),
    Column(Text("时间", "At"), lambda p: p.taken_at),
    Column(Text("方式", "Method"), lambda p: PAYMENT_METHOD_NAMES[p.method]),
    Column(Text("金额", "Amount"), lambda p: p.amount, right=True),
    Column(Text("抵账单", "Bills met"), lambda p: len(p.allocations), right=True),
)


@command_for(
    "payment.take",
    payment,
    "take",
    text=Text("收费", "Take a payment"),
    examples=(
        "trunkline --as hf.clerk payment take 3 --bill 101 --bill 102 --amount 192.00",
        "trunkline --as hf.clerk payment take 3 --account 45 --amount 500 --method transfer",
    ),
)
@click.argument("organization_id", type=int, metavar="ORGANISATION")
@option("--amount", type=AMOUNT, required=True, text=Text("金额（元）", "Yuan"))
@option("--account", "account_id", type=int, default=None, text=Text("付费账户ID", "Billing account"))
@option("--bill", "bill_ids", type=int, multiple=True, text=Text("账单ID（可多次）", "Bill (repeatable)"))
@option(
    "--method",
    type=click.Choice([m.value for m in PaymentMethod]),
    default=PaymentMethod.CASH.value,
    show_default=True,
    text=Text("付款方式", "Payment method"),
)
@option("--reference", default="", text=Text("凭证号", "Reference"))
@option("--key", default="", text=Text("幂等键", "Idempotency key"))
def take(
    *,
    organization_id: int,
    amount: Decimal,
    account_id: int | None,
    bill_ids: tuple[int, ...],
    method: str,
    reference: str,
    key: str,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """The oldest bill first."""
    made = operations.take_payment(
        organization_id=organization_id,
        account_id=account_id,
        bill_ids=bill_ids,
        amount=amount,
        method=PaymentMethod(method),
        reference=reference,
        idempotency_key=key,
        actor=actor,
        at=at,
    )
    if out.as_json:
        out.data(made)
        return
    out.record(made, [(column.title, column.value(made)) for column in _LIST])


@command_for(
    "payment.view", payment, "list", text=Text("列出一个集团客户的收款", "List an organisation's payments")
)
@click.argument("organization_id", type=int, metavar="ORGANISATION")
def list_payments(*, organization_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """The newest first."""
    out.rows(_LIST, queries.payments_of_organization(organization_id))


@command_for("payment.view", payment, "receipt", text=Text("把收据写成 PDF", "Write the receipt as PDF"))
@click.argument("payment_id", type=int, metavar="ID")
@file_option("receipt.pdf")
def receipt(*, payment_id: int, target: Path, actor: Actor, at: datetime, out: Output) -> None:
    """The receipt of one payment."""
    write_file(target, documents.receipt_document(payment_id, at), out)


_PREPAYMENTS: tuple[Column[PrepaymentView], ...] = (
    Column(Text("号码", "Number"), lambda p: p.number),
    Column(Text("业务", "Service"), lambda p: SERVICE_NAMES[ServiceCode(p.service)]),
    Column(Text("金额", "Amount"), lambda p: p.amount, right=True),
    Column(Text("原交费方式", "Paid by"), lambda p: PAYMENT_METHOD_NAMES[p.method]),
    Column(Text("业务注销日", "Closed on"), lambda p: p.closed_on),
    Column(Text("可退日", "Refundable from"), lambda p: p.refundable_on),
    Column(Text("最迟退还日", "Latest on"), lambda p: p.due_on),
    Column(Text("状态", "State"), lambda p: PREPAYMENT_STATE_NAMES[p.state]),
)


@command_for(
    "payment.view",
    payment,
    "prepayments",
    text=Text(
        "列出待退的国际业务预付款，先到期的在前",
        "List international prepayments to refund, the first limit first",
    ),
)
def list_prepayments(*, actor: Actor, at: datetime, out: Output) -> None:
    """What must go back within two months of closing (S08-G2)."""
    out.rows(_PREPAYMENTS, queries.prepayments_to_refund())
