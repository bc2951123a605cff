"""`trunkline messages`: what leaves the house for customers. The words of a message are never shown."""

from __future__ import annotations

from datetime import datetime

import click

from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.text import Text
from trunkline.messaging.gateways import gateway_statuses
from trunkline.messaging.operations import retry_message
from trunkline.messaging.queries import count_waiting, find_messages
from trunkline.messaging.types import (
    KIND_NAMES,
    PURPOSE_NAMES,
    STATE_NAMES,
    TROUBLE_NAMES,
    MessageKind,
    MessageState,
    MessageView,
)
from trunkline.security.types import Actor

messages = Group(
    "messages",
    text=Text("发给客户的短信、语音和邮件", "Short messages, announcements and e-mail to customers"),
)

_COLUMNS: tuple[Column[MessageView], ...] = (
    Column(Text("编号", "Id"), lambda m: m.id, right=True),
    Column(Text("提交", "Posted"), lambda m: m.created_at),
    Column(Text("方式", "Way"), lambda m: KIND_NAMES[m.kind]),
    Column(Text("用途", "Purpose"), lambda m: PURPOSE_NAMES[m.purpose]),
    Column(Text("收件", "To"), lambda m: m.recipient),
    Column(Text("状态", "State"), lambda m: STATE_NAMES[m.state]),
    Column(Text("次数", "Tries"), lambda m: m.tries, right=True),
    Column(Text("发出", "Sent"), lambda m: m.sent_at),
    Column(Text("原因", "Reason"), lambda m: TROUBLE_NAMES[m.trouble] if m.trouble else None),
    Column(Text("网关应答", "Gateway said"), lambda m: m.last_error or m.receipt),
)


@command_for(
    "message.view",
    messages,
    "list",
    text=Text("列出消息及网关", "List messages and gateways"),
    examples=("trunkline messages list --state failed",),
)
@option(
    "--state", type=click.Choice([s.value for s in MessageState]), default=None, text=Text("状态", "State")
)
@option("--kind", type=click.Choice([k.value for k in MessageKind]), default=None, text=Text("方式", "Way"))
@option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    text=Text("最多列出几条", "How many at most"),
)
def list_messages(
    *, state: str | None, kind: str | None, limit: int, actor: Actor, at: datetime, out: Output
) -> None:
    """The newest first; and of each way, where its messages go or why they wait."""
    gateways = gateway_statuses(count_waiting())
    found = find_messages(
        state=MessageState(state) if state else None, kind=MessageKind(kind) if kind else None, limit=limit
    )
    if out.as_json:
        out.data({"gateways": gateways, "messages": found})
        return
    for gateway in gateways:
        if gateway.address:
            words = Text("{kind}：{address}，待发送{waiting}条", "{kind}: {address}, {waiting} waiting")
        else:
            words = Text(
                "{kind}：未设网关（{problem}），待发送{waiting}条",
                "{kind}: no gateway ({problem}), {waiting} waiting",
            )
        name = KIND_NAMES[gateway.kind]
        values = {"address": gateway.address, "problem": gateway.problem, "waiting": gateway.waiting}
        out.line(Text(words.zh.format(kind=name.zh, **values), words.en.format(kind=name.en, **values)))
    out.rows(_COLUMNS, found)


@command_for(
    "message.retry",
    messages,
    "retry",
    text=Text("重发一条失败的消息", "Send a failed message again"),
    examples=("trunkline messages retry 17",),
)
@click.argument("message_id", type=int, metavar="MESSAGE")
def retry(*, message_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """Its tries are counted anew. A secret cannot be sent again: its words are destroyed."""
    retry_message(message_id=message_id, actor=actor, at=at)
    out.done({"message": message_id}, Text("已重新提交：{message}", "Posted again: {message}"))
