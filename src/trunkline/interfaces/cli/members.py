"""`trunkline agreement members`: the sub-user table of an agreement."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from trunkline.agreements import members as sheets
from trunkline.agreements import operations, queries
from trunkline.agreements.types import CheckedRow, MemberView
from trunkline.interfaces.cli.door import BROKEN, command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import READABLE, WRITABLE, file_option, write_file
from trunkline.interfaces.cli.words import Group, language, option, say
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

members = Group("members", text=Text("子用户号码表：核对、接收", "Members' table: check, accept"))

_PROBLEMS: tuple[Column[CheckedRow], ...] = (
    Column(Text("行", "Row"), lambda row: row.member.row, right=True),
    Column(Text("姓名", "Name"), lambda row: row.member.name),
    Column(Text("意向号码", "Wanted number"), lambda row: row.member.wanted_number),
    Column(Text("问题", "Problems"), lambda row: "; ".join(say(problem.text) for problem in row.problems)),
)
_MEMBERS: tuple[Column[MemberView], ...] = (
    Column(Text("行", "Row"), lambda m: m.row, right=True),
    Column(Text("姓名", "Name"), lambda m: m.name),
    Column(Text("号码", "Number"), lambda m: m.number),
    Column(Text("套餐", "Plan"), lambda m: m.plan_code),
    Column(Text("首月资费", "First month"), lambda m: m.first_month_mode),
    Column(Text("用户ID", "Line"), lambda m: m.line_id, right=True),
)
_AGREEMENT = click.argument("agreement_id", type=int, metavar="ID")


@command_for(
    "agreement.view",
    members,
    "check",
    text=Text("试核对：逐行列出问题，不写入", "Dry run: every row's problems, nothing written"),
    examples=("trunkline agreement members check 12 members.xlsx --problems problems.xlsx",),
)
@_AGREEMENT
@click.argument("file", type=READABLE)
@option("--problems", type=WRITABLE, default=None, text=Text("把问题写成 xlsx", "Write the problems as xlsx"))
def check(
    *, agreement_id: int, file: Path, problems: Path | None, actor: Actor, at: datetime, out: Output
) -> None:
    """Exit status 1 when a row has problems."""
    found = sheets.check_members(agreement_id=agreement_id, content=file.read_bytes(), at=at)
    if problems:
        problems.write_bytes(sheets.problems_xlsx(found, language()))
    if out.as_json:
        out.data({"rows": len(found.rows), "problems": found.problems, "faulty": found.faulty})
    else:
        for problem in found.problems:
            out.line(problem.text)
        if found.faulty:
            out.rows(_PROBLEMS, found.faulty)
        out.line(
            Text("共 {rows} 行，{faulty} 行有问题", "{rows} rows, {faulty} with problems"),
            rows=len(found.rows),
            faulty=len(found.faulty),
        )
    if found.problems or found.faulty:
        raise click.exceptions.Exit(BROKEN)


@command_for(
    "agreement.accept_members",
    members,
    "accept",
    text=Text("接收号码表，生成附件", "Accept the table and make the attachment"),
)
@_AGREEMENT
@click.argument("file", type=READABLE)
def accept(*, agreement_id: int, file: Path, actor: Actor, at: datetime, out: Output) -> None:
    """All rows must pass; numbers are reserved."""
    operations.accept_members(agreement_id=agreement_id, content=file.read_bytes(), actor=actor, at=at)
    made = queries.attachments(agreement_id)[-1]
    out.done(
        {"agreement": agreement_id, "attachment": made.ordinal, "members": made.members},
        Text("已接收 {members} 行，附件 {attachment}", "{members} rows accepted as attachment {attachment}"),
    )


@command_for("agreement.view", members, "list", text=Text("列出成员", "List members"))
@_AGREEMENT
def list_members(*, agreement_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """Members of the accepted tables."""
    queries.agreement(agreement_id)
    out.rows(_MEMBERS, queries.members(agreement_id))


@command_for("agreement.view", members, "template", text=Text("写出空白号码表", "Write an empty table"))
@option(
    "--agreement",
    "agreement_id",
    type=int,
    default=None,
    text=Text("为某份协议制作，表上有其编号（P2-30）", "For one agreement, whose number it carries (P2-30)"),
)
@file_option("members.xlsx")
def template(*, agreement_id: int | None, target: Path, actor: Actor, at: datetime, out: Output) -> None:
    """With the right headers."""
    number = queries.agreement(agreement_id).number if agreement_id is not None else ""
    write_file(target, sheets.template_xlsx(language(), number), out)
