"""`trunkline number`: the number inventory."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click

from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import DAY, INSTANT
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.text import Text
from trunkline.numbering import operations as numbering
from trunkline.numbering import porting, queries
from trunkline.numbering.leases import operations as leasing
from trunkline.numbering.searching import NumberSearch
from trunkline.numbering.types import (
    NUMBER_STATE_NAMES,
    NumberState,
    NumberView,
    ReservationView,
    TelecomOperator,
    WaitingView,
)
from trunkline.security.types import Actor

number = Group(
    "number", text=Text("号码资源：查询、预占、释放", "Number inventory: search, reserve, release")
)

#: How long a reservation made here lasts unless an end is given.
LEASE = timedelta(days=7)

_LIST: tuple[Column[NumberView], ...] = (
    Column(Text("号码", "Number"), lambda n: n.number),
    Column(Text("等级", "Grade"), lambda n: n.grade),
    Column(Text("状态", "State"), lambda n: NUMBER_STATE_NAMES[n.state]),
    Column(Text("冻结至", "Frozen until"), lambda n: n.frozen_until),
)


@command_for(
    "number.view",
    number,
    "search",
    text=Text("按号码样式、等级、状态查询", "Search by pattern, grade, state"),
    examples=(
        "trunkline number search 8888",
        "trunkline number search '186*6?' --grade AAA --limit 10",
        "trunkline number search --ends 88 --avoid 4",
    ),
)
@click.argument("pattern", default="")
@option(
    "--grade", default=None, text=Text("靓号等级；空为普通号码", "Grade of premium numbers; '' is ordinary")
)
@option(
    "--state",
    type=click.Choice([s.value for s in NumberState]),
    default=NumberState.IDLE.value,
    show_default=True,
    text=Text("号码状态", "State"),
)
@option("--ends", default="", text=Text("尾号", "Last digits"))
@option(
    "--avoid",
    default="",
    text=Text("后八位不含的数字，如 4", "Digits that none of the last eight is, such as 4"),
)
@option("--birthday", type=DAY, default=None, text=Text("以生日结尾", "Ends in a birthday"))
@option("--limit", default=50, show_default=True, text=Text("最多列出多少个", "How many at most"))
def search(
    *,
    pattern: str,
    grade: str | None,
    state: str,
    ends: str,
    avoid: str,
    birthday: date | None,
    limit: int,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Digits stand anywhere; with * and ? the pattern describes the whole number."""
    asked = NumberSearch(pattern, ends, avoid, birthday, grade, NumberState(state))
    out.rows(_LIST, queries.search_numbers(asked, limit=limit))


@command_for(
    "number.reserve",
    number,
    "reserve",
    text=Text("为某个用途预占一个号码", "Reserve a number for a holder"),
    examples=("trunkline number reserve 18655101234 --for customer:12 --until 2026-12-01",),
)
@click.argument("value", metavar="NUMBER")
@option(
    "--for", "holder", required=True, text=Text("为谁保留，如 agreement:12", "For whom, such as agreement:12")
)
@option(
    "--until",
    type=INSTANT,
    default=None,
    text=Text("预占到期时间（默认7天）", "End of the lease (default 7 days)"),
)
def reserve(
    *, value: str, holder: str, until: datetime | None, actor: Actor, at: datetime, out: Output
) -> None:
    """A lease on the number."""
    made = numbering.reserve_number(
        number=value, purpose="counter", holder=holder, expires_at=until or at + LEASE, actor=actor, at=at
    )
    out.done(
        {"number": made.number, "holder": made.holder, "expires_at": made.expires_at},
        Text("已预占 {number}，保留至 {expires_at}", "{number} is reserved until {expires_at}"),
    )


@command_for(
    "number.release",
    number,
    "release",
    text=Text("释放预占", "Give reserved numbers back"),
    examples=(
        "trunkline number release --for customer:12",
        "trunkline number release 18655101234 --for customer:12",
    ),
)
@click.argument("values", nargs=-1, metavar="[NUMBER]...")
@option("--for", "holder", required=True, text=Text("为谁保留的", "Whose reservations"))
def release(*, values: tuple[str, ...], holder: str, actor: Actor, at: datetime, out: Output) -> None:
    """All that a holder holds, or only some."""
    count = numbering.release_numbers(holder=holder, numbers=values or None, actor=actor, at=at)
    out.done({"released": count}, Text("已释放 {released} 个号码", "{released} numbers are idle again"))


_LEASES: tuple[Column[ReservationView], ...] = (
    Column(Text("号码", "Number"), lambda lease: lease.number),
    Column(Text("为谁保留", "Held for"), lambda lease: lease.holder),
    Column(Text("保留至", "Until"), lambda lease: lease.expires_at),
    Column(Text("来源", "Purpose"), lambda lease: lease.purpose),
)
_PLACES: tuple[Column[WaitingView], ...] = (
    Column(Text("号码", "Number"), lambda place: place.number),
    Column(Text("位次", "Place"), lambda place: place.place),
    Column(Text("单位", "Organisation"), lambda place: place.organization_id),
    Column(Text("候补时间", "Since"), lambda place: place.joined_at),
)
_NUMBER = click.argument("value", metavar="NUMBER")
_ORGANIZATION = option(
    "--organization",
    "organization_id",
    type=int,
    required=True,
    text=Text("单位编号", "The organisation's id"),
)
_KEPT = Text("已预占 {number}，保留至 {expires_at}", "{number} is reserved until {expires_at}")


@command_for(
    "number.reserve",
    number,
    "lease",
    text=Text(
        "为单位预占号码，时限按参数", "Reserve a number for an organisation, for as long as the counter may"
    ),
    examples=("trunkline --as hf.clerk number lease 18655101234 --organization 12",),
    one_transaction=False,
)
@_NUMBER
@_ORGANIZATION
def lease(*, value: str, organization_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """A lease of the counter."""
    made = leasing.lease_number(number=value, organization_id=organization_id, actor=actor, at=at)
    out.done({"number": made.number, "holder": made.holder, "expires_at": made.expires_at}, _KEPT)


@command_for(
    "number.extend",
    number,
    "extend",
    text=Text("延长柜台的预占，仅一次", "Let a lease of the counter run as long again, once"),
    examples=("trunkline --as hf.clerk number extend 18655101234",),
)
@_NUMBER
def extend(*, value: str, actor: Actor, at: datetime, out: Output) -> None:
    """Only while nobody waits for the number."""
    made = leasing.extend_lease(number=value, actor=actor, at=at)
    out.done({"number": made.number, "holder": made.holder, "expires_at": made.expires_at}, _KEPT)


@command_for(
    "number.wait",
    number,
    "wait",
    text=Text("为单位候补号码", "Queue an organisation for a number that is not free"),
    examples=("trunkline --as hf.clerk number wait 18655101234 --organization 12",),
)
@_NUMBER
@_ORGANIZATION
def wait(*, value: str, organization_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """The number goes to the first in the queue when it comes free."""
    place = leasing.join_queue(number=value, organization_id=organization_id, actor=actor, at=at)
    out.done(
        {"number": place.number, "place": place.place},
        Text("已候补 {number}，第 {place} 位", "Waiting for {number}, place {place}"),
    )


@command_for(
    "number.stop_waiting",
    number,
    "stop-waiting",
    text=Text("退出候补", "Give up a place in the queue"),
    examples=("trunkline --as hf.clerk number stop-waiting 18655101234 --organization 12",),
)
@_NUMBER
@_ORGANIZATION
def stop_waiting(*, value: str, organization_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """Those behind it move up."""
    leasing.leave_queue(number=value, organization_id=organization_id, actor=actor, at=at)
    out.done({"number": value}, Text("已退出 {number} 的候补", "No longer waiting for {number}"))


@command_for(
    "number.view",
    number,
    "queue",
    text=Text("谁在候补号码", "Who waits for a number"),
    examples=("trunkline number queue 18655101234",),
)
@_NUMBER
def queue(*, value: str, actor: Actor, at: datetime, out: Output) -> None:
    """In order of joining."""
    out.rows(_PLACES, queries.queue_of(value))


@command_for(
    "number.view",
    number,
    "mine",
    text=Text("本人经手、预占中的号码", "Numbers under a lease that whoever asks answers for"),
    examples=("trunkline --as hf.clerk number mine --json",),
)
def mine(*, actor: Actor, at: datetime, out: Output) -> None:
    """The first to run out first."""
    out.rows(_LEASES, queries.counter_leases(actor.staff_id))


@command_for(
    "number.port_in",
    number,
    "port-in",
    text=Text("携入号码并为单位预占", "Bring a number in from another operator for an organisation"),
    examples=(
        "trunkline --as hf.clerk number port-in 13805511234 --from china_mobile --code 123456 --organization 12",
    ),
)
@_NUMBER
@option(
    "--from",
    "donor",
    type=click.Choice([each.value for each in TelecomOperator]),
    required=True,
    text=Text("携出企业", "The operator it comes from"),
)
@option("--code", required=True, text=Text("授权码", "The authorisation code"))
@_ORGANIZATION
def port_in(
    *, value: str, donor: str, code: str, organization_id: int, actor: Actor, at: datetime, out: Output
) -> None:
    """It goes into the organisation's agreement like any number that is kept for it."""
    made = porting.port_in_number(
        number=value,
        donor=TelecomOperator(donor),
        code=code,
        organization_id=organization_id,
        actor=actor,
        at=at,
    )
    out.done({"number": made.number, "holder": made.holder, "expires_at": made.expires_at}, _KEPT)


@command_for(
    "number.take_back",
    number,
    "take-back",
    text=Text("收回对方归还的携出号码", "Take back a number of ours that the other operator returns"),
    examples=("trunkline --as office number take-back 18655101234",),
)
@_NUMBER
def take_back(*, value: str, actor: Actor, at: datetime, out: Output) -> None:
    """It is frozen like any number that has ended."""
    until = porting.take_back_number(number=value, actor=actor, at=at)
    out.done(
        {"number": value, "frozen_until": until},
        Text("{number} 已收回，冻结至 {frozen_until}", "{number} is back, frozen until {frozen_until}"),
    )
