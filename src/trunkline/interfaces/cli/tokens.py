"""`trunkline token`: letting other systems in over HTTP, and shutting them out."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.text import Text
from trunkline.security.queries import branches, tokens
from trunkline.security.roles import ROLES
from trunkline.security.tokens import issue_token, revoke_token
from trunkline.security.types import CHANNEL_NAMES, Actor, Channel, TokenView

token = Group("token", text=Text("其他系统的令牌", "Tokens of other systems"))

_TITLES = {role.code: role.title for role in ROLES}


def _columns() -> tuple[Column[TokenView], ...]:
    names = {branch.id: branch.name for branch in branches()}
    return (
        Column(Text("名称", "Name"), lambda t: t.name),
        Column(Text("单位", "Branch"), lambda t: names[t.branch_id]),
        Column(Text("岗位", "Role"), lambda t: _TITLES.get(t.role, Text(t.role, t.role))),
        Column(Text("渠道", "Channel"), lambda t: CHANNEL_NAMES[t.channel]),
        Column(Text("签发时间", "Issued"), lambda t: t.issued_at),
        Column(Text("到期时间", "Expires"), lambda t: t.expires_at),
        Column(Text("注销时间", "Revoked"), lambda t: t.revoked_at),
    )


@command_for(
    "token.issue",
    token,
    "issue",
    text=Text("签发令牌", "Issue a token"),
    examples=("trunkline token issue crm --branch HF --role account_manager --days 365",),
)
@click.argument("name")
@option("--branch", required=True, metavar="CODE", text=Text("单位代码", "The branch's code"))
@option(
    "--role",
    required=True,
    type=click.Choice([role.code for role in ROLES]),
    text=Text("岗位", "The role"),
)
@option(
    "--channel",
    type=click.Choice([channel.value for channel in Channel]),
    default=None,
    text=Text("服务渠道（默认为岗位的渠道）", "The channel (default: the role's)"),
)
@option(
    "--days",
    type=click.IntRange(1, 3650),
    default=90,
    show_default=True,
    text=Text("有效天数", "For how many days"),
)
def issue(
    *,
    name: str,
    branch: str,
    role: str,
    channel: str | None,
    days: int,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """The secret is shown this once."""
    made = issue_token(
        name=name,
        branch_code=branch,
        role=role,
        channel=Channel(channel) if channel else None,
        expires_at=at + timedelta(days=days),
        actor=actor,
        at=at,
    )
    out.done(
        {"token": made.token, "secret": made.secret} if out.as_json else {"secret": made.secret},
        Text(
            "令牌（只显示这一次，请妥善保存）：{secret}",
            "Token (shown this once only, keep it safe): {secret}",
        ),
    )


@command_for("token.view", token, "list", text=Text("列出令牌", "List tokens"))
def list_tokens(*, actor: Actor, at: datetime, out: Output) -> None:
    """Revoked and expired ones, too."""
    out.rows(_columns(), tokens())


@command_for("token.revoke", token, "revoke", text=Text("注销令牌", "Revoke a token"))
@click.argument("name")
def revoke(*, name: str, actor: Actor, at: datetime, out: Output) -> None:
    """From the next request on."""
    made = revoke_token(name=name, actor=actor, at=at)
    out.done({"name": made.name, "revoked_at": made.revoked_at}, Text("已注销：{name}", "Revoked: {name}"))
