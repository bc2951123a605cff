"""`trunkline order`: service items at the counter."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from trunkline.agreements.queries import agreement
from trunkline.counter import desk
from trunkline.counter.registry import service_items
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import READABLE, file_option, write_file
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.refusals import raise_if_any
from trunkline.kernel.text import Text
from trunkline.ordering import queries
from trunkline.ordering.types import (
    ORDER_STATE_NAMES,
    FeeLine,
    OrderItemView,
    OrderRequest,
    OrderView,
    PaperKind,
    ShownPaper,
)
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor

order = Group(
    "order", text=Text("受理：各服务项目、查询、打印受理单", "Orders: every service item, show, slip")
)

_ITEM = "new_installation"


def _title(view: OrderView) -> Text:
    item = service_items().get(view.item_code)
    return item.title if item else Text(view.item_code, view.item_code)


_LIST: tuple[Column[OrderView], ...] = (
    Column(Text("ID", "ID"), lambda o: o.id, right=True),
    Column(Text("订单号", "Number"), lambda o: o.number),
    Column(Text("业务", "Item"), _title),
    Column(Text("集团客户", "Organisation"), lambda o: o.organization_id, right=True),
    Column(Text("状态", "State"), lambda o: ORDER_STATE_NAMES[o.state]),
    Column(Text("受理时间", "Placed"), lambda o: o.placed_at),
    Column(Text("竣工时间", "Completed"), lambda o: o.completed_at),
    Column(Text("户数", "Lines"), lambda o: o.item_count, right=True),
    Column(Text("费用", "Fees"), lambda o: o.fee_total, right=True),
)
_ITEMS: tuple[Column[OrderItemView], ...] = (
    Column(Text("序号", "No."), lambda i: i.ordinal, right=True),
    Column(Text("号码", "Number"), lambda i: i.number),
    Column(Text("使用人", "User"), lambda i: i.user_name),
    Column(Text("套餐", "Plan"), lambda i: i.plan_name),
    Column(Text("首月资费", "First month"), lambda i: i.first_month_mode),
    Column(Text("状态", "State"), lambda i: ORDER_STATE_NAMES[i.state]),
)
_FEES: tuple[Column[FeeLine], ...] = (
    Column(Text("费用", "Fee"), lambda f: f.title),
    Column(Text("金额", "Amount"), lambda f: f.amount, right=True),
    Column(Text("依据", "Reference"), lambda f: f.reference),
)


class PaperType(click.ParamType[ShownPaper]):
    """KIND=REFERENCE: a paper that was seen in the original, sealed, and copied."""

    name = "KIND=REFERENCE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ShownPaper:
        kind, _, reference = str(value).partition("=")
        if kind not in set(PaperKind):
            self.fail(f"{kind!r} is none of: {', '.join(PaperKind)}", param, ctx)
        return ShownPaper(PaperKind(kind), reference, original_seen=True, sealed=True, copy_kept=True)


def _from_file(path: Path) -> dict[str, Any]:
    """``{"handler": 7, "papers": [{"kind": …, "reference": …, "original_seen": true, …}], "details": {…}}``."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        papers = tuple(
            ShownPaper(
                PaperKind(paper["kind"]),
                str(paper["reference"]),
                original_seen=paper.get("original_seen") is True,
                sealed=paper.get("sealed") is True,
                copy_kept=paper.get("copy_kept") is True,
            )
            for paper in read.get("papers", ())
        )
        return {"handler": read.get("handler"), "papers": papers, "details": dict(read.get("details", {}))}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="--request") from error


def _request(
    agreement_id: int, given: dict[str, Any], handler: int | None, papers: tuple[ShownPaper, ...], key: str
) -> OrderRequest:
    handler_id = handler or given["handler"]
    if not isinstance(handler_id, int):
        raise click.UsageError('the handler is missing: --handler ID, or "handler" in the request file')
    return OrderRequest(
        item_code=_ITEM,
        organization_id=agreement(agreement_id).organization_id,
        handler_id=handler_id,
        papers=(*given["papers"], *papers),
        details=given["details"],
        agreement_id=agreement_id,
        idempotency_key=key,
    )


@command_for(
    "order.place",
    order,
    "new-installation",
    text=Text("新装：开通协议成员", "New installation: connect an agreement's members"),
    examples=(
        "trunkline --as hf.clerk order new-installation 12 --request request.json --dry-run",
        "trunkline --as hf.clerk order new-installation 12 --handler 5 \\",
        "    --paper handler_id=3401… --paper authorisation=A-1 --paper registration_certificate=9134… \\",
        "    --paper network_agreement=HF-2026-000012 --paper sub_user_table=1 --now",
    ),
)
@click.argument("agreement_id", type=int, metavar="AGREEMENT")
@option("--handler", type=int, default=None, text=Text("经办人ID", "The handler's id"))
@option(
    "--paper",
    "papers",
    type=PaperType(),
    multiple=True,
    text=Text("证件资料（已核原件、盖章、留存）", "A paper shown, sealed and copied (repeatable)"),
)
@option("--request", "file", type=READABLE, default=None, text=Text("JSON 受理内容", "The request as JSON"))
@option(
    "--payment-method",
    type=click.Choice([m.value for m in PaymentMethod]),
    default=None,
    text=Text("付款方式", "Payment method"),
)
@option(
    "--deposit", default=None, metavar="YUAN", text=Text("每户预付款（S01-G2）", "Deposit a line (S01-G2)")
)
@option("--prepay-months", type=int, default=None, text=Text("预存月数（S01-G2）", "Months prepaid (S01-G2)"))
@option("--key", default="", text=Text("幂等键", "Idempotency key"))
@option("--dry-run", is_flag=True, text=Text("只试算，不受理", "Only show what would happen"))
@option("--now", "at_once", is_flag=True, text=Text("立即开通，不等后台", "Carry out now, not by the worker"))
def new_installation(
    *,
    agreement_id: int,
    handler: int | None,
    papers: tuple[ShownPaper, ...],
    file: Path | None,
    payment_method: str | None,
    deposit: str | None,
    prepay_months: int | None,
    key: str,
    dry_run: bool,
    at_once: bool,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Refused with every reason; nothing has changed then."""
    given = _from_file(file) if file else {"handler": None, "papers": (), "details": {}}
    details = given["details"]
    if payment_method:
        details["payment_method"] = payment_method
    if deposit:
        details |= {"security": "deposit", "security_amount": deposit}
    elif prepay_months:
        details |= {"security": "prepay_months", "security_months": str(prepay_months)}
    request = _request(agreement_id, given, handler, papers, key)
    if dry_run:
        judged = desk.dry_run(request, actor=actor, at=at)
        raise_if_any(judged.reasons(request.completion))
        out.done(
            {"lines": len(judged.lines), "fees": judged.fees},
            Text("可以受理：{lines} 户", "Nothing speaks against it: {lines} lines"),
        )
        return
    placed = desk.place(request=request, actor=actor, at=at)
    if at_once:
        placed = desk.execute(order_id=placed.id, actor=actor, at=at)
    show_order(placed, out)


def show_order(view: OrderView, out: Output) -> None:
    """An order with why it failed, if it did."""
    if out.as_json:
        out.data(view)
        return
    out.record(view, [(column.title, column.value(view)) for column in _LIST])
    for reason in view.failure:
        out.line(Text(f"  · {reason.text.zh} [{reason.clause}]", f"  · {reason.text.en} [{reason.clause}]"))


@command_for("order.view", order, "list", text=Text("列出订单", "List orders"))
@click.argument("words", default="", metavar="[NUMBER]")
@option("--open", "open_only", is_flag=True, text=Text("只列未完成的", "Only those that still ask for work"))
@option("--limit", default=50, show_default=True, text=Text("最多列出多少个", "How many at most"))
def list_orders(*, words: str, open_only: bool, limit: int, actor: Actor, at: datetime, out: Output) -> None:
    """The newest first."""
    out.rows(_LIST, queries.find_orders(text=words, open_only=open_only, limit=limit))


@command_for("order.view", order, "show", text=Text("查看一张订单", "Show one order"))
@click.argument("order_id", type=int, metavar="ID")
def show(*, order_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """With its lines and fees."""
    found = queries.order(order_id)
    items, fees = queries.order_items(order_id), queries.order_fees(order_id)
    if out.as_json:
        papers = queries.order_papers(order_id)
        out.data({"order": found, "items": items, "fees": fees, "papers": papers})
        return
    show_order(found, out)
    out.rows(_FEES, fees)
    out.rows(_ITEMS, items)


@command_for(
    "order.view", order, "slip", text=Text("把业务受理单写成 PDF", "Write the acceptance slip as PDF")
)
@click.argument("order_id", type=int, metavar="ID")
@file_option("slip.pdf")
def slip(*, order_id: int, target: Path, actor: Actor, at: datetime, out: Output) -> None:
    """业务受理单 (X-R1)."""
    write_file(target, desk.slip(order_id, at), out)
