"""`trunkline invoice`: invoices issued, and taking them back."""

from __future__ import annotations

from datetime import datetime

import click

from trunkline.billing import invoicing
from trunkline.billing.operations import take_back_invoices
from trunkline.billing.types import INVOICE_KIND_NAMES, INVOICE_STATE_NAMES, InvoiceView
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

invoice = Group("invoice", text=Text("发票：查看、冲红", "Invoices: list, take back"))

_LIST: tuple[Column[InvoiceView], ...] = (
    Column(Text("ID", "ID"), lambda i: i.id, right=True),
    Column(Text("发票号码", "Number"), lambda i: i.number),
    Column(Text("种类", "Kind"), lambda i: INVOICE_KIND_NAMES[i.kind]),
    Column(Text("状态", "State"), lambda i: INVOICE_STATE_NAMES[i.state]),
    Column(Text("收据或账单", "Receipt or bill"), invoicing.documents_of),
    Column(Text("抬头", "Title"), lambda i: i.title),
    Column(Text("价税合计", "Amount"), lambda i: i.amount, right=True),
    Column(Text("税额", "Tax"), lambda i: i.tax, right=True),
    Column(Text("开票时间", "Issued"), lambda i: i.issued_at),
)


@command_for(
    "bill.view", invoice, "list", text=Text("列出一个集团客户的发票", "List an organisation's invoices")
)
@click.argument("organization_id", type=int, metavar="ORGANISATION")
def list_invoices(*, organization_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """The newest first."""
    out.rows(_LIST, invoicing.invoices_of_organization(organization_id))


@command_for("invoice.take_back", invoice, "red", text=Text("开具红字发票冲红", "Take an invoice back"))
@click.argument("invoice_id", type=int, metavar="ID")
@option("--reason", required=True, text=Text("冲红原因", "Why"))
def red(*, invoice_id: int, reason: str, actor: Actor, at: datetime, out: Output) -> None:
    """An invoice is never voided: a red-letter one takes it back."""
    made = take_back_invoices(invoice_ids=[invoice_id], reason=reason, actor=actor, at=at)
    out.rows(_LIST, [invoicing.invoice(key) for key in made])
