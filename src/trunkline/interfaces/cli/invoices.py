"""`trunkline invoice`: invoices issued, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from trunkline.billing import documents, invoicing
from trunkline.billing.operations import take_back_invoices
from trunkline.billing.types import INVOICE_KIND_NAMES, INVOICE_STATE_NAMES, InvoiceState, InvoiceView
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import MONTH, file_option, write_file
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

invoice = Group("invoice", text=Text("发票：查看、打印、冲红", "Invoices: list, print, take back"))


def _columns(found: Sequence[InvoiceView]) -> tuple[Column[InvoiceView], ...]:
    papers = invoicing.documents_of(found)
    return (
        Column(Text("ID", "ID"), lambda i: i.id, right=True),
        Column(Text("发票号码", "Number"), lambda i: i.number),
        Column(Text("种类", "Kind"), lambda i: INVOICE_KIND_NAMES[i.kind]),
        Column(Text("状态", "State"), lambda i: INVOICE_STATE_NAMES[i.state]),
        Column(Text("收据或账单", "Receipt or bill"), lambda i: papers[i.id]),
        Column(Text("抬头", "Title"), lambda i: i.title),
        Column(Text("价税合计", "Amount"), lambda i: i.amount, right=True),
        Column(Text("税额", "Tax"), lambda i: i.tax, right=True),
        Column(Text("开票时间", "Issued"), lambda i: i.issued_at),
    )


def _show(found: Sequence[InvoiceView], out: Output) -> None:
    out.rows(_columns(found), found)


@command_for(
    "bill.view", invoice, "list", text=Text("列出一个集团客户的发票", "List an organisation's invoices")
)
@click.argument("organization_id", type=int, metavar="ORGANISATION")
def list_invoices(*, organization_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """The newest first."""
    _show(invoicing.invoices_of_organization(organization_id), out)


@command_for(
    "bill.view",
    invoice,
    "find",
    text=Text("查找发票", "Find invoices"),
    examples=("trunkline invoice find 银行 --month 2026-10 --in-force",),
)
@click.argument("words", default="", metavar="[TEXT]")
@option("--month", type=MONTH, default=None, text=Text("开票月份", "Month of issue"))
@option("--in-force", is_flag=True, text=Text("只列有效的", "Only those in force"))
@option("--limit", default=50, show_default=True, text=Text("最多列出多少张", "How many at most"))
def find(
    *, words: str, month: Month | None, in_force: bool, limit: int, actor: Actor, at: datetime, out: Output
) -> None:
    """By organisation, title, number of the invoice, or of its receipt or bill."""
    state = InvoiceState.ISSUED if in_force else None
    _show(invoicing.find_invoices(month, state, words, limit=limit), out)


@command_for("bill.view", invoice, "pdf", text=Text("把发票写成 PDF", "Write an invoice as PDF"))
@click.argument("invoice_id", type=int, metavar="ID")
@file_option("invoice.pdf")
def pdf(*, invoice_id: int, target: Path, actor: Actor, at: datetime, out: Output) -> None:
    """As it is handed out."""
    write_file(target, documents.invoice_document(invoice_id, at), out)


@command_for("invoice.take_back", invoice, "red", text=Text("开具红字发票冲红", "Take an invoice back"))
@click.argument("invoice_id", type=int, metavar="ID")
@option("--reason", required=True, text=Text("冲红原因", "Why"))
def red(*, invoice_id: int, reason: str, actor: Actor, at: datetime, out: Output) -> None:
    """An invoice is never voided: a red-letter one takes it back."""
    made = take_back_invoices(invoice_ids=[invoice_id], reason=reason, actor=actor, at=at)
    _show([invoicing.invoice(key) for key in made], out)
