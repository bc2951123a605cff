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
from trunkline.numbering import queries
from trunkline.numbering.searching import NumberSearch
from trunkline.numbering.types import NUMBER_STATE_NAMES, NumberState, NumberView
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
