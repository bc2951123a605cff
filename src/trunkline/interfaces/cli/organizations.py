"""`trunkline org`: organisations."""

from __future__ import annotations

from datetime import datetime

import click

from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.text import Text
from trunkline.party import queries as party
from trunkline.party.types import (
    CONTACT_ROLE_NAMES,
    INDUSTRY_NAMES,
    ContactView,
    HandlerView,
    IdentityStatus,
    OrganizationView,
)
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import count_lines
from trunkline.subscriptions.types import LINE_STATE_NAMES

org = Group("org", text=Text("集团客户：查找、查看", "Organisations: find, show"))

_IDENTITY = {
    IdentityStatus.COMPLETE: Text("完整", "Complete"),
    IdentityStatus.PROVISIONAL: Text("待补全", "Provisional"),
}
_LIST: tuple[Column[OrganizationView], ...] = (
    Column(Text("ID", "ID"), lambda o: o.id, right=True),
    Column(Text("编码", "Code"), lambda o: o.code),
    Column(Text("名称", "Name"), lambda o: o.name),
    Column(Text("统一社会信用代码", "Credit code"), lambda o: o.uscc),
    Column(Text("行业", "Industry"), lambda o: INDUSTRY_NAMES[o.industry]),
    Column(Text("身份", "Identity"), lambda o: _IDENTITY[o.identity_status]),
)
_CONTACTS: tuple[Column[ContactView], ...] = (
    Column(Text("联系人", "Contact"), lambda c: c.name),
    Column(Text("角色", "Role"), lambda c: CONTACT_ROLE_NAMES[c.role]),
    Column(Text("职务", "Title"), lambda c: c.title),
    Column(Text("电话", "Phone"), lambda c: c.phone),
)
_HANDLERS: tuple[Column[HandlerView], ...] = (
    Column(Text("经办人ID", "Handler"), lambda h: h.id, right=True),
    Column(Text("姓名", "Name"), lambda h: h.name),
    Column(Text("电话", "Phone"), lambda h: h.phone),
    Column(Text("电子邮箱", "E-mail"), lambda h: h.email),
)


@command_for(
    "organization.view",
    org,
    "find",
    text=Text("按名称、拼音首字母、信用代码或编码查找", "Find by name, pinyin initials, credit code or code"),
    examples=("trunkline org find 银行", "trunkline org find hfyh --json"),
)
@click.argument("words", nargs=-1, metavar="[TEXT]")
@option("--limit", default=50, show_default=True, text=Text("最多列出多少个", "How many at most"))
def find(*, words: tuple[str, ...], limit: int, actor: Actor, at: datetime, out: Output) -> None:
    """Organisations of the actor's branches."""
    out.rows(_LIST, party.find_organizations(" ".join(words), limit))


@command_for(
    "organization.view",
    org,
    "show",
    text=Text("查看一个集团客户：联系人、经办人、号码数", "Show one: contacts, handlers, lines"),
)
@click.argument("organization_id", type=int, metavar="ID")
def show(*, organization_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """One organisation with the people who speak for it."""
    found = party.organization(organization_id)
    contacts, handlers = party.contacts(organization_id), party.handlers(organization_id)
    lines = count_lines(organization_id)
    if out.as_json:
        out.data({"organization": found, "contacts": contacts, "handlers": handlers, "lines": lines})
        return
    out.record(
        found,
        [
            (Text("编码", "Code"), found.code),
            (Text("名称", "Name"), found.name),
            (Text("统一社会信用代码", "Credit code"), found.uscc),
            (Text("行业", "Industry"), INDUSTRY_NAMES[found.industry]),
            (Text("地址", "Address"), found.address),
            (Text("法定代表人", "Legal representative"), found.legal_representative),
            (Text("身份", "Identity"), _IDENTITY[found.identity_status]),
            (Text("身份补全期限", "Identity due"), found.identity_due_on),
            *(
                (Text(f"号码：{name.zh}", f"Lines: {name.en}"), lines[s])
                for s, name in LINE_STATE_NAMES.items()
            ),
        ],
    )
    out.rows(_CONTACTS, contacts)
    out.rows(_HANDLERS, handlers)
