"""`trunkline ticket`: faults, complaints and enquiries, and every action on them from its one declaration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from trunkline.care import queries
from trunkline.care.actions import ACTIONS, Action, perform
from trunkline.care.operations import set_repair_limit
from trunkline.care.types import (
    AREA_NAMES,
    DESK_NAMES,
    PRODUCT_NAMES,
    SUPPORT_GRADE_NAMES,
    TICKET_EVENT_NAMES,
    TICKET_KIND_NAMES,
    TICKET_STATE_NAMES,
    Area,
    Desk,
    EntryView,
    Product,
    RepairLimit,
    SupportGrade,
    TicketFilter,
    TicketKind,
    TicketState,
    TicketView,
)
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output, jsonable
from trunkline.interfaces.cli.values import DAY
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.party.queries import organizations
from trunkline.security.queries import staff_names
from trunkline.security.types import Actor

ticket = Group("ticket", text=Text("障碍、投诉、咨询工单", "Tickets: faults, complaints, enquiries"))
limit = Group("limit", text=Text("修复时限", "Limits of repair"))

_NUMBER = click.argument("number", metavar="NUMBER")
_DONE = Text("工单 {number}：{state}", "Ticket {number}: {state}")


def _columns(found: tuple[TicketView, ...], at: datetime) -> tuple[Column[TicketView], ...]:
    names = organizations({t.organization_id for t in found})
    owners = staff_names({t.owner_id for t in found})
    urged = queries.urgings([t.id for t in found])
    return (
        Column(Text("工单", "Ticket"), lambda t: t.number),
        Column(Text("单位", "Organisation"), lambda t: names[t.organization_id].name),
        Column(Text("类别", "Kind"), lambda t: TICKET_KIND_NAMES[t.kind]),
        Column(Text("主题", "Subject"), lambda t: t.subject),
        Column(Text("状态", "State"), lambda t: TICKET_STATE_NAMES[t.state]),
        Column(Text("负责人", "Owner"), lambda t: owners.get(t.owner_id)),
        Column(Text("部门", "Department"), lambda t: DESK_NAMES[t.desk] if t.desk else None),
        Column(Text("办结时限", "Due"), lambda t: t.due_at),
        Column(Text("超时", "Late"), lambda t: Text("是", "yes") if t.overdue(at) else None),
        Column(Text("催办", "Urged"), lambda t: len(urged.get(t.id, ())) or None, right=True),
    )


def _choice(names: str, kind: Any, text: Text) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return option(names, type=click.Choice([str(code.value) for code in kind]), default=None, text=text)


@command_for(
    "ticket.view",
    ticket,
    "list",
    text=Text("列出工单，最急的在前", "List tickets, the most urgent first"),
    examples=("trunkline ticket list --kind fault --overdue", "trunkline --as hf.clerk ticket list --mine"),
)
@click.argument("text", default="", metavar="[TEXT]")
@_choice("--kind", TicketKind, Text("类别", "Kind"))
@_choice("--state", TicketState, Text("状态", "State"))
@_choice("--product", Product, Text("业务", "Service"))
@_choice("--desk", Desk, Text("等待部门", "Department it waits at"))
@option("--organization", "organization_id", type=int, default=None, text=Text("单位", "Organisation"))
@option("--overdue", is_flag=True, text=Text("只列超时的", "Only those past their limit"))
@option("--mine", is_flag=True, text=Text("只列由我负责的", "Only those I own"))
@option("--limit", "most", type=int, default=100, show_default=True, text=Text("最多几张", "At most so many"))
def list_tickets(
    *,
    text: str,
    kind: str | None,
    state: str | None,
    product: str | None,
    desk: str | None,
    organization_id: int | None,
    overdue: bool,
    mine: bool,
    most: int,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """By what is known of them."""
    wanted = TicketFilter(
        text=text,
        kind=TicketKind(kind) if kind else None,
        state=TicketState(state) if state else None,
        product=Product(product) if product else None,
        desk=Desk(desk) if desk else None,
        organization_id=organization_id,
        owner_id=actor.staff_id if mine else None,
        overdue=overdue,
    )
    found = queries.find_tickets(wanted, at=at, limit=most)
    out.rows(_columns(found, at), found)


@command_for(
    "ticket.view",
    ticket,
    "show",
    text=Text("显示一张工单及其记录", "Show a ticket with its record"),
    examples=("trunkline ticket show HF-F20261012-000001",),
)
@_NUMBER
def show(*, number: str, actor: Actor, at: datetime, out: Output) -> None:
    """The clock, who has it, and all that happened."""
    found = queries.ticket_by_number(number)
    timeline = queries.timeline(found.id)
    if out.as_json:
        out.data({**jsonable(found), "timeline": timeline})
        return
    names = staff_names({entry.staff_id for entry in timeline} | {found.owner_id, found.first_contact_id})
    out.record(
        found,
        (
            (Text("工单", "Ticket"), found.number),
            (Text("类别", "Kind"), TICKET_KIND_NAMES[found.kind]),
            (Text("主题", "Subject"), found.subject),
            (Text("状态", "State"), TICKET_STATE_NAMES[found.state]),
            (Text("受理时间", "Opened"), found.opened_at),
            (Text("办结时限", "Due"), found.due_at),
            (Text("恢复或答复时间", "Restored or answered"), found.resolved_at),
            (Text("首问负责人", "First contact"), names.get(found.first_contact_id)),
            (Text("负责人", "Owner"), names.get(found.owner_id)),
            (Text("部门", "Department"), DESK_NAMES[found.desk] if found.desk else None),
            (Text("免收月租费天数", "Days of rent waived"), found.waived.days if found.waived else None),
        ),
    )
    columns: tuple[Column[EntryView], ...] = (
        Column(Text("时间", "When"), lambda entry: entry.at),
        Column(Text("事项", "What"), lambda entry: TICKET_EVENT_NAMES[entry.what]),
        Column(Text("人员", "Who"), lambda entry: names.get(entry.staff_id)),
        Column(Text("内容", "Text"), lambda entry: entry.text),
    )
    out.rows(columns, timeline)


def _option(field: Field) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A field of an action as an option. What is missing the action itself says, with its clause."""
    name = f"--{field.name.replace('_', '-')}"
    if field.kind is FieldKind.FLAG:
        return option(name, field.name, is_flag=True, text=field.label)
    return option(name, field.name, default="", text=field.label)


def _command(action: Action) -> None:
    def run(*, number: str, actor: Actor, at: datetime, out: Output, **answers: object) -> None:
        view = queries.ticket_by_number(number)
        done = perform(
            action.event,
            ticket_id=view.id,
            answers={name: value for name, value in answers.items() if value},
            actor=actor,
            at=at,
        )
        if out.as_json:
            out.data(done)
        else:
            out.line(_DONE, number=done.number, state=TICKET_STATE_NAMES[done.state].zh)

    run.__doc__ = action.title.en
    function: Callable[..., None] = run
    for field in reversed(action.asks()):
        function = _option(field)(function)
    command_for(action.permission, ticket, action.code, text=action.title)(_NUMBER(function))


for _action in ACTIONS.values():
    _command(_action)


@command_for("ticket.view", limit, "list", text=Text("列出某日的修复时限", "List the limits of a day"))
@option("--on", "day", type=DAY, default=None, text=Text("日期（默认今天）", "The day (default: today)"))
def list_limits(*, day: date | None, actor: Actor, at: datetime, out: Output) -> None:
    """By product, area and grade."""
    columns: tuple[Column[RepairLimit], ...] = (
        Column(Text("业务", "Service"), lambda found: PRODUCT_NAMES[found.product]),
        Column(Text("地区", "Area"), lambda found: AREA_NAMES[found.area]),
        Column(Text("等级", "Grade"), lambda found: SUPPORT_GRADE_NAMES[found.grade]),
        Column(Text("小时", "Hours"), lambda found: found.hours, right=True),
        Column(Text("依据", "Rests on"), lambda found: found.reference),
        Column(Text("生效日期", "From"), lambda found: found.valid_from),
    )
    out.rows(columns, queries.repair_limits(day or local_date(at)))


@command_for(
    "rule.repair_limit",
    limit,
    "set",
    text=Text("从某日起设置修复时限", "Set a limit from a day on"),
    examples=(
        "trunkline ticket limit set --product mobile --area urban --grade normal --hours 24"
        " --from 2026-12-01 --reference 皖网维〔2026〕7号",
    ),
)
@option(
    "--product", type=click.Choice([c.value for c in Product]), required=True, text=Text("业务", "Service")
)
@option("--area", type=click.Choice([c.value for c in Area]), required=True, text=Text("地区", "Area"))
@option(
    "--grade", type=click.Choice([c.value for c in SupportGrade]), required=True, text=Text("等级", "Grade")
)
@option("--hours", type=int, required=True, text=Text("小时", "Hours"))
@option("--from", "valid_from", type=DAY, required=True, text=Text("生效日期", "The first day"))
@option("--until", "valid_to", type=DAY, default=None, text=Text("失效日期（不含）", "The day it ends"))
@option("--reference", required=True, text=Text("依据文号", "What it rests on"))
def set_limit(
    *, product: str, area: str, grade: str, actor: Actor, at: datetime, out: Output, **said: Any
) -> None:
    """Tickets keep the limit they were opened under."""
    made = RepairLimit(product=Product(product), area=Area(area), grade=SupportGrade(grade), **said)
    set_repair_limit(limit=made, actor=actor, at=at)
    out.done({"hours": made.hours}, Text("已设置：{hours}小时", "Set: {hours} hours"))


ticket.add_command(limit)
