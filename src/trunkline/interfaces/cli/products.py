"""`trunkline product`: the products of the last page, from the order to their removal."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from trunkline.counter import desk
from trunkline.counter.registry import service_item
from trunkline.installations import operations, queries
from trunkline.installations.types import (
    INSTALLATION_STATE_NAMES,
    TASK_NAMES,
    TASK_STATE_NAMES,
    InstallationView,
    TaskView,
)
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.orders import PaperType, show_order
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import READABLE
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.refusals import raise_if_any
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, flattened
from trunkline.ordering.products import ProductSpecification, specification, specifications
from trunkline.ordering.products.sheets import records_of_sheet
from trunkline.ordering.types import OrderRequest, ShownPaper
from trunkline.security.types import Actor

product = Group(
    "product",
    text=Text(
        "电路与产品：新装、开通任务、变更、拆除", "Circuits and products: order, tasks, change, removal"
    ),
)

_ITEM = "product_installation"
_KINDS: tuple[Column[ProductSpecification], ...] = (
    Column(Text("代码", "Code"), lambda p: p.code),
    Column(Text("产品", "Product"), lambda p: p.title),
    Column(Text("时限（工作日）", "Workdays"), lambda p: p.workdays, right=True),
    Column(Text("资源", "Resources"), lambda p: p.resources),
)
_FIELDS: tuple[Column[Field], ...] = (
    Column(Text("名称", "Name"), lambda f: f.name),
    Column(Text("内容", "Meaning"), lambda f: f.label),
    Column(Text("必填", "Needed"), lambda f: "*" if f.required else ""),
    Column(Text("取值", "Values"), lambda f: " ".join(code for code, _ in f.options())),
)
_LIST: tuple[Column[InstallationView], ...] = (
    Column(Text("ID", "ID"), lambda i: i.id, right=True),
    Column(Text("电路编号", "Number"), lambda i: i.number),
    Column(Text("产品", "Product"), lambda i: specification(i.specification).title),
    Column(Text("集团客户", "Organisation"), lambda i: i.organization_id, right=True),
    Column(Text("时限", "Due"), lambda i: i.due_on),
    Column(Text("起租日", "Billed from"), lambda i: i.billed_from),
    Column(Text("月租费", "Monthly fee"), lambda i: i.monthly_fee, right=True),
    Column(Text("状态", "State"), lambda i: INSTALLATION_STATE_NAMES[i.state]),
)
_TASKS: tuple[Column[TaskView], ...] = (
    Column(Text("ID", "ID"), lambda t: t.id, right=True),
    Column(Text("电路编号", "Number"), lambda t: t.number),
    Column(Text("环节", "Step"), lambda t: TASK_NAMES[t.kind]),
    Column(Text("岗位", "Role"), lambda t: t.role),
    Column(Text("时限", "Due"), lambda t: t.due_on),
    Column(Text("状态", "State"), lambda t: TASK_STATE_NAMES[t.state]),
    Column(Text("结果或原因", "Outcome or reason"), lambda t: t.words),
)
_WORDS = option("--words", required=True, text=Text("结果或原因", "What came of it, or why"))


@command_for(
    "order.view",
    product,
    "kinds",
    text=Text("列出产品，或一个产品要填的内容", "List products, or what one asks for"),
)
@click.argument("code", default="", metavar="[PRODUCT]")
def kinds(*, code: str, actor: Actor, at: datetime, out: Output) -> None:
    """Of one product: every answer an order for it takes, under its name."""
    if code:
        specification(code)
        out.rows(_FIELDS, service_item(_ITEM).asked({"product": code}))
    else:
        out.rows(_KINDS, list(specifications().values()))


def _answers(path: Path | None) -> dict[str, Any]:
    """Nested JSON under flat names."""
    if path is None:
        return {}
    try:
        return flattened(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, AttributeError) as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="--file") from error


@command_for(
    "order.place",
    product,
    "order",
    text=Text("新装一个产品", "Order a product"),
    examples=(
        "trunkline product kinds sdh_circuit",
        "trunkline --as hf.clerk product order sdh_circuit 3 --handler 5 --file order.json --dry-run",
        "trunkline --as hf.clerk product order ivpn 3 --handler 5 --file order.json --sheet members.xlsx …",
    ),
)
@click.argument("code", metavar="PRODUCT")
@click.argument("organization_id", type=int, metavar="ORGANISATION")
@option("--handler", type=int, required=True, text=Text("经办人ID", "The handler's id"))
@option(
    "--file",
    type=READABLE,
    default=None,
    text=Text(
        "JSON 文件，端和清单可嵌套（a_end、sites）",
        "A JSON file; ends and lists may be nested (a_end, sites)",
    ),
)
@option("--sheet", type=READABLE, default=None, text=Text("清单（.xlsx）", "The list of records (.xlsx)"))
@option(
    "--paper",
    "papers",
    type=PaperType(),
    multiple=True,
    text=Text("证件资料（已核原件、盖章、留存）", "A paper shown, sealed and copied (repeatable)"),
)
@option("--agreement", type=int, default=None, text=Text("入网协议ID", "The network agreement's id"))
@option("--key", default="", text=Text("幂等键", "Idempotency key"))
@option("--dry-run", is_flag=True, text=Text("只试算，不受理", "Only show what would happen"))
def order_product(
    *,
    code: str,
    organization_id: int,
    handler: int,
    file: Path | None,
    sheet: Path | None,
    papers: tuple[ShownPaper, ...],
    agreement: int | None,
    key: str,
    dry_run: bool,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Refused with every reason and its clause; nothing has changed then."""
    details = {**_answers(file), "product": code}
    records = specification(code).records
    if sheet is not None and records is not None:
        details |= records_of_sheet(records, sheet.read_bytes())
    request = OrderRequest(
        item_code=_ITEM,
        organization_id=organization_id,
        handler_id=handler,
        papers=papers,
        details=details,
        agreement_id=agreement,
        idempotency_key=key,
    )
    if dry_run:
        judged = desk.dry_run(request, actor=actor, at=at)
        raise_if_any(judged.reasons(request.completion))
        out.done(
            {"due_at": judged.due_at},
            Text("可以受理，应在 {due_at} 前开通", "It can be taken; due by {due_at}"),
        )
        return
    placed = desk.place(request=request, actor=actor, at=at)
    show_order(placed, out)
    if not out.as_json:
        out.rows(_LIST, queries.find_installations(order_id=placed.id))


@command_for("installation.view", product, "list", text=Text("列出产品实例", "List installed products"))
@click.argument("words", default="", metavar="[NUMBER]")
def list_products(*, words: str, actor: Actor, at: datetime, out: Output) -> None:
    """The newest first."""
    out.rows(_LIST, queries.find_installations(words))


@command_for("installation.view", product, "show", text=Text("查看一个产品实例", "Show an installed product"))
@click.argument("installation_id", type=int, metavar="ID")
def show(*, installation_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """With its ends and its tasks."""
    found, tasks = queries.installation(installation_id), queries.tasks_of(installation_id)
    if out.as_json:
        places, happened = queries.places_of(installation_id), queries.timeline(installation_id)
        out.data({"installation": found, "places": places, "tasks": tasks, "timeline": happened})
        return
    out.record(found, [(column.title, column.value(found)) for column in _LIST])
    out.rows(_TASKS, tasks)


@command_for(
    "installation.view", product, "tasks", text=Text("待办任务，逾期在前", "Tasks to do, overdue first")
)
@option("--role", default="", text=Text("岗位", "Role"))
def tasks_to_do(*, role: str, actor: Actor, at: datetime, out: Output) -> None:
    """What must be done now."""
    out.rows(_TASKS, queries.tasks_to_do(role=role))


def _after(installation_id: int, out: Output) -> None:
    found = queries.installation(installation_id)
    out.record(found, [(column.title, column.value(found)) for column in _LIST])


@command_for("fulfilment.finish", product, "finish", text=Text("完成一个环节", "A step is done"))
@click.argument("task_id", type=int, metavar="TASK")
@option("--words", default="", text=Text("结果", "What came of it"))
@option("--needs-building", is_flag=True, text=Text("需新建光缆", "There is no fibre yet"))
def finish(
    *, task_id: int, words: str, needs_building: bool, actor: Actor, at: datetime, out: Output
) -> None:
    """The next step opens."""
    _after(
        operations.finish_task(
            task_id=task_id, words=words, needs_building=needs_building, actor=actor, at=at
        ),
        out,
    )


@command_for("fulfilment.fail", product, "fail", text=Text("环节未通过", "A step cannot be done"))
@click.argument("task_id", type=int, metavar="TASK")
@_WORDS
def fail(*, task_id: int, words: str, actor: Actor, at: datetime, out: Output) -> None:
    """It waits to be taken up again."""
    _after(operations.fail_task(task_id=task_id, words=words, actor=actor, at=at), out)


@command_for(
    "fulfilment.reopen", product, "reopen", text=Text("重新办理未通过的环节", "Take a failed step up again")
)
@click.argument("task_id", type=int, metavar="TASK")
def reopen(*, task_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """Its last day in time stays."""
    _after(operations.reopen_task(task_id=task_id, actor=actor, at=at), out)


@command_for("installation.withdraw", product, "withdraw", text=Text("撤单", "Give a product up"))
@click.argument("installation_id", type=int, metavar="ID")
@_WORDS
def withdraw(*, installation_id: int, words: str, actor: Actor, at: datetime, out: Output) -> None:
    """Before the customer has accepted it."""
    operations.withdraw_installation(installation_id=installation_id, words=words, actor=actor, at=at)
    _after(installation_id, out)


@command_for("installation.change", product, "change", text=Text("变更（升降速）", "Another monthly fee"))
@click.argument("installation_id", type=int, metavar="ID")
@option("--fee", type=Decimal, required=True, text=Text("新月租费（元）", "The new monthly fee in yuan"))
@option(
    "--from",
    "since",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    text=Text("执行日期", "From which day"),
)
@_WORDS
def change(
    *,
    installation_id: int,
    fee: Decimal,
    since: datetime,
    words: str,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """From a day after today."""
    operations.change_rate(
        installation_id=installation_id,
        monthly_fee=fee,
        valid_from=since.date(),
        words=words,
        actor=actor,
        at=at,
    )
    _after(installation_id, out)


@command_for(
    "installation.excuse",
    product,
    "excuse",
    text=Text("扣除逾期中客户原因的天数", "Leave out days of a late opening that are the customer's fault"),
    examples=("trunkline product excuse 12 3 --words 客户机房未就绪",),
)
@click.argument("installation_id", type=int, metavar="ID")
@click.argument("days", type=int)
@_WORDS
def excuse(*, installation_id: int, days: int, words: str, actor: Actor, at: datetime, out: Output) -> None:
    """Before billing starts."""
    operations.excuse_days(installation_id=installation_id, days=days, words=words, actor=actor, at=at)
    _after(installation_id, out)


@command_for("installation.remove", product, "remove", text=Text("拆除", "Remove a product"))
@click.argument("installation_id", type=int, metavar="ID")
@_WORDS
def remove(*, installation_id: int, words: str, actor: Actor, at: datetime, out: Output) -> None:
    """Today is still charged."""
    operations.remove_installation(installation_id=installation_id, words=words, actor=actor, at=at)
    _after(installation_id, out)


@command_for(
    "rule.set_calendar",
    product,
    "calendar",
    text=Text("登记节假日安排", "Set holidays and weekends worked on"),
    examples=(
        "trunkline product calendar --off 2027-01-01=元旦 --worked 2027-01-03=元旦调休 --reference 国办发明电〔2026〕…",
    ),
)
@option("--off", multiple=True, metavar="DAY=NAME", text=Text("放假日（可多次）", "A day off (repeatable)"))
@option(
    "--worked",
    multiple=True,
    metavar="DAY=NAME",
    text=Text("调休上班日（可多次）", "A weekend worked on (repeatable)"),
)
@option("--reference", required=True, text=Text("文号", "The notice it rests on"))
def calendar(
    *, off: tuple[str, ...], worked: tuple[str, ...], reference: str, actor: Actor, at: datetime, out: Output
) -> None:
    """Days given before are overwritten."""
    try:
        days = [
            (date.fromisoformat(day), working, name)
            for working, given in ((False, off), (True, worked))
            for day, _, name in (pair.partition("=") for pair in given)
        ]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    count = operations.set_calendar(days=days, reference=reference, actor=actor, at=at)
    out.done({"days": count}, Text("已登记 {days} 天", "{days} days set"))
