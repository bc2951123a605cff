"""`trunkline demo`: the demo province and its logins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from trunkline.interfaces.cli.demo.emptiness import has_organizations
from trunkline.interfaces.cli.demo.portal import DEMO_SERVICE_PASSWORD, PortalLogin, portal_logins
from trunkline.interfaces.cli.demo.province import PORTAL_CUSTOMER
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD, LOGINS, DemoLogin
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output, console, jsonable
from trunkline.interfaces.cli.words import Group, option, say
from trunkline.kernel.text import Text
from trunkline.security.queries import staff_members
from trunkline.security.roles import ROLES
from trunkline.security.types import Actor

demo = Group("demo", text=Text("演示数据：装入、登录名", "The demo province: load, logins"))

#: Told the phase, how many steps are done, and of how many.
Told = Callable[[str, int, int], None]

_LOADING = Text("装入演示数据", "Loading the demo")
_TITLES = {role.code: role.title for role in ROLES}
_PHASES = {
    "reference": Text("基础资料", "Reference data"),
    "organisations": Text("集团客户", "Organisations"),
    "agreements": Text("协议", "Agreements"),
    "members": Text("子用户号码表", "Members' tables"),
    "orders": Text("新装", "New installations"),
    "usage": Text("话单", "Usage"),
    "bills": Text("出账", "Bills"),
    "payments": Text("收款", "Payments"),
    "reservations": Text("预占", "Reservations"),
    "wishes": Text("400号码", "400 numbers"),
    "portal": Text("网上营业厅", "Portal"),
    "tour": Text("演示文件", "Files for the tour"),
}
_LOGINS: tuple[Column[DemoLogin], ...] = (
    Column(Text("登录名", "Login"), lambda login: login.login),
    Column(Text("姓名", "Name"), lambda login: login.name),
    Column(Text("岗位", "Role"), lambda login: "、".join(say(_TITLES[role]) for role in login.roles)),
    Column(Text("密码", "Password"), lambda login: DEMO_PASSWORD),
)

_PORTAL: tuple[Column[PortalLogin], ...] = (
    Column(Text("网上营业厅（/portal/）", "Portal (/portal/)"), lambda login: login.name),
    Column(Text("号码", "Number"), lambda login: login.number),
    Column(Text("服务密码", "Service password"), lambda login: DEMO_SERVICE_PASSWORD),
    Column(Text("单位编码", "Organisation's code"), lambda login: login.organization),
)


@contextmanager
def _progress(out: Output) -> Iterator[Told]:
    """A bar on standard error; nothing when a program reads, or nobody watches."""
    errors = console(stderr=True)
    if out.as_json or not errors.is_terminal:
        yield lambda phase, done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(say(_LOADING), total=None)

        def told(phase: str, done: int, total: int) -> None:
            bar.update(task, description=say(_PHASES[phase]), completed=done, total=total)

        yield told


@command_for(
    "demo.load",
    demo,
    "load",
    text=Text("把演示省装入空库", "Load the demo province into an empty database"),
    one_transaction=False,
)
@option(
    "--if-empty",
    is_flag=True,
    text=Text("库中已有客户时不做任何事", "Do nothing when there are organisations"),
)
@option(
    "--scale",
    type=click.FloatRange(0.01, 20),
    default=1.0,
    show_default=True,
    text=Text("号码数的倍数（1 约 3000 户）", "Multiple of the number of lines (1 is about 3,000)"),
)
def load(*, if_empty: bool, scale: float, actor: Actor, at: datetime, out: Output) -> None:
    """All of it or, when it is interrupted, nothing."""
    if if_empty and has_organizations(actor):
        out.done(
            {"loaded": False},
            Text("库中已有客户，不装入演示数据", "There are organisations already: nothing is loaded"),
        )
        return
    from trunkline.interfaces.cli.demo.load import load_demo

    with _progress(out) as told:
        made = load_demo(actor=actor, scale=scale, told=told)
    if out.as_json:
        out.data(made)
        return
    out.line(
        Text(
            "已装入：{organizations} 个集团客户，{lines} 户，{usage_records:,} 条话单，{bills:,} 张账单",
            "Loaded: {organizations} organisations, {lines:,} lines, {usage_records:,} usage records, {bills:,} bills",
        ),
        organizations=made.organizations,
        lines=made.lines,
        usage_records=made.usage_records,
        bills=made.bills,
    )
    out.line(
        Text("用时 {total:.1f} 秒：{phases}", "{total:.1f} s: {phases}"),
        total=sum(made.seconds.values()),
        phases=", ".join(f"{say(_PHASES[phase])} {spent:.1f}" for phase, spent in made.seconds.items()),
    )


@command_for("staff.view", demo, "logins", text=Text("列出演示登录名和密码", "Show the demo logins"))
def logins(*, actor: Actor, at: datetime, out: Output) -> None:
    """Those that are there: staff, and customers at the portal."""
    known = {member.login for member in staff_members()}
    found = tuple(login for login in LOGINS if login.login in known)
    if out.as_json:
        out.data([{**jsonable(login), "password": DEMO_PASSWORD} for login in found])
    else:
        out.rows(_LOGINS, found)
        if found and (customers := portal_logins(PORTAL_CUSTOMER)):
            out.rows(_PORTAL, customers)
