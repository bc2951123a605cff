"""`trunkline staff` and `trunkline items`: who works here, and what can be applied for."""

from __future__ import annotations

import operator
from datetime import datetime
from typing import Any

from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.words import Group, say
from trunkline.kernel.text import Text
from trunkline.security.queries import branches, staff_members
from trunkline.security.roles import ROLES
from trunkline.security.types import CHANNEL_NAMES, Actor, Channel

staff = Group("staff", text=Text("员工与岗位", "Staff and roles"))

_TITLES = {role.code: role.title for role in ROLES}


def _row(columns: dict[str, Text]) -> tuple[Column[dict[str, Any]], ...]:
    return tuple(Column(title, operator.itemgetter(key)) for key, title in columns.items())


@command_for("staff.view", staff, "list", text=Text("列出员工", "List staff"))
def list_staff(*, actor: Actor, at: datetime, out: Output) -> None:
    """Everyone, with branch and roles."""
    names = {branch.id: branch.name for branch in branches()}
    rows = [
        {
            "login": member.login,
            "name": member.name,
            "branch": names[member.branch_id],
            "roles": [str(role) for role in member.roles] if out.as_json else _titles(member.roles),
            "active": member.is_active,
        }
        for member in staff_members()
    ]
    columns = {
        "login": Text("登录名", "Login"),
        "name": Text("姓名", "Name"),
        "branch": Text("单位", "Branch"),
        "roles": Text("岗位", "Roles"),
    }
    out.rows(_row(columns), rows)


def _titles(roles: tuple[str, ...]) -> str:
    return "、".join(say(_TITLES[role]) for role in roles if role in _TITLES)


@command_for(
    "catalog.view",
    None,
    "items",
    text=Text("列出服务项目及其条款", "List the service items with their clauses"),
)
def items(*, actor: Actor, at: datetime, out: Output) -> None:
    """Every service item as declared."""
    from trunkline.counter.registry import service_items

    declared = [item.as_dict() for item in service_items().values()]
    if out.as_json:
        out.data(declared)
        return
    rows = [
        {
            "clause": item["clause"],
            "code": item["code"],
            "title": Text(item["title"], item["title_en"]),
            "channels": "、".join(say(CHANNEL_NAMES[Channel(c)]) for c in item["channels"]),
            "papers": len(item["papers"]),
            "guards": len(item["guards"]),
        }
        for item in declared
    ]
    columns = {
        "clause": Text("条款", "Clause"),
        "code": Text("代码", "Code"),
        "title": Text("业务", "Service item"),
        "channels": Text("渠道", "Channels"),
        "papers": Text("证件资料", "Papers"),
        "guards": Text("条件", "Guards"),
    }
    out.rows(_row(columns), rows)
