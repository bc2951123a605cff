"""`trunkline wish`: 400 numbers that organisations want, and the desk that keeps them (P1-07)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click

from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.text import Text
from trunkline.numbering.requests import operations, queries
from trunkline.numbering.requests.types import (
    REQUEST_EVENT_NAMES,
    REQUEST_STATE_NAMES,
    SPEAKER_NAMES,
    RemarkView,
    RequestState,
    RequestView,
)
from trunkline.security.types import Actor

wish = Group("wish", text=Text("4006号码：上报、预占、沟通", "400 numbers: wishes, reservations, talk"))

_LIST: tuple[Column[RequestView], ...] = (
    Column(Text("编号", "Id"), lambda w: w.id, right=True),
    Column(Text("意向号码", "Wanted"), lambda w: w.wanted),
    Column(Text("单位", "Organisation"), lambda w: w.organization_id, right=True),
    Column(Text("状态", "State"), lambda w: REQUEST_STATE_NAMES[w.state]),
    Column(Text("预占号码", "Reserved"), lambda w: w.number),
    Column(Text("待答复", "Answer due from"), lambda w: SPEAKER_NAMES[w.answer_due] if w.answer_due else ""),
    Column(Text("上报时间", "Reported"), lambda w: w.reported_at),
)
_THREAD: tuple[Column[RemarkView], ...] = (
    Column(Text("时间", "At"), lambda r: r.at),
    Column(Text("事项", "What"), lambda r: REQUEST_EVENT_NAMES[r.event]),
    Column(Text("由", "By"), lambda r: SPEAKER_NAMES[r.side]),
    Column(Text("内容", "Words"), lambda r: r.words),
)
_ID = click.argument("request_id", type=int, metavar="ID")
_WORDS = click.argument("words")
_DONE = Text("上报 {id}：{state}", "Request {id}: {state}")


def _done(out: Output, view: RequestView) -> None:
    out.done({"id": view.id, "state": view.state, "number": view.number}, _DONE)


@command_for("number.view", wish, "list", text=Text("列出上报的号码", "List what is wanted"))
@option(
    "--state",
    "states",
    type=click.Choice([state.value for state in RequestState]),
    multiple=True,
    text=Text("只列这些状态，默认全部", "Only in these states; all by default"),
)
def list_wishes(*, states: tuple[str, ...], actor: Actor, at: datetime, out: Output) -> None:
    """The oldest first."""
    out.rows(_LIST, queries.requests([RequestState(each) for each in states] or list(RequestState)))


@command_for("number.view", wish, "thread", text=Text("一个上报的沟通记录", "What was said about one"))
@_ID
def thread(*, request_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """In order."""
    queries.request(request_id)
    out.rows(_THREAD, queries.thread_of(request_id))


@command_for(
    "number_request.report",
    wish,
    "report",
    text=Text("上报单位的意向号码", "Report what an organisation wants"),
    examples=(
        "trunkline --as hf.manager wish report '4006*888' --organization 12 --purpose 客服热线 "
        "--contact 何守正 --phone 13855101234",
    ),
)
@click.argument("wanted")
@option("--organization", "organization_id", type=int, required=True, text=Text("单位编号", "Its id"))
@option("--purpose", required=True, text=Text("使用用途", "What it is for"))
@option("--contact", "contact_name", required=True, text=Text("联系人", "Contact"))
@option("--phone", "contact_phone", required=True, text=Text("联系电话", "Phone"))
def report(
    *,
    wanted: str,
    organization_id: int,
    purpose: str,
    contact_name: str,
    contact_phone: str,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Ten digits, or a pattern that begins with 4000 or 4006."""
    made = operations.report_wish(
        organization_id=organization_id,
        wanted=wanted,
        purpose=purpose,
        contact_name=contact_name,
        contact_phone=contact_phone,
        actor=actor,
        at=at,
    )
    _done(out, made)


@command_for(
    "number_request.reserve",
    wish,
    "reserve",
    text=Text("为上报预占号码", "Reserve a number for a wish"),
    examples=("trunkline --as office wish reserve 3 4006551888",),
)
@_ID
@click.argument("value", metavar="NUMBER")
@option("--words", default="", text=Text("说明", "A word with it"))
def reserve(*, request_id: int, value: str, words: str, actor: Actor, at: datetime, out: Output) -> None:
    """The one wanted or another; one reserved before is given back."""
    _done(
        out,
        operations.reserve_wanted(request_id=request_id, number=value, words=words, actor=actor, at=at),
    )


def _saying(verb: str, name: str, text: Text, carry_out: Callable[..., RequestView]) -> None:
    """A command that says something about a wish."""

    def say(*, request_id: int, words: str, actor: Actor, at: datetime, out: Output) -> None:
        _done(out, carry_out(request_id=request_id, words=words, actor=actor, at=at))

    say.__doc__ = carry_out.__doc__
    command_for(verb, wish, name, text=text, examples=(f"trunkline wish {name} 3 客户同意换号",))(
        _ID(_WORDS(say))
    )


_saying(
    "number_request.remark", "remark", Text("就上报留言", "Say something about a wish"), operations.remark
)
_saying(
    "number_request.raise_issue", "issue", Text("对上报提出问题", "Raise a problem"), operations.raise_issue
)
_saying(
    "number_request.withdraw",
    "withdraw",
    Text("撤回上报并释放号码", "Withdraw a wish; its number is given back"),
    operations.withdraw_wish,
)
