"""二十二、详单查询 (S22): on the screen, or by e-mail to the mailbox the handler registered beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from trunkline.counter.detail_items import (
    PROOF_IS_ENOUGH,
    Asked,
    DetailFacts,
    detail_item,
    line_ids_of,
    load_asked,
)
from trunkline.counter.detail_sending import NO_MAILBOX, NO_WAY, PasswordLine, password_line, queue
from trunkline.counter.papers import SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, InitialPrice, Origin, TakesEffect
from trunkline.security.types import Actor, Channel

SCREEN, EMAIL = "screen", "email"
DELIVERY = Field(
    "delivery",
    Text("提供方式", "Delivery"),
    FieldKind.CHOICE,
    (
        (SCREEN, Text("现场查看", "On the screen")),
        (EMAIL, Text("发到经办人预留的邮箱", "To the handler's registered mailbox")),
    ),
    clause="S22-A1",
)
MAILBOX_ONLY = Refusal(
    "detail.mailbox_only",
    "S22-A1",
    Text(
        "通过客户经理办理的，电子详单只能发到经办人预留的邮箱",
        "Through an account manager the details go to the handler's registered mailbox only",
    ),
)


def _by_email(around: Circumstances) -> bool:
    return around.request.details.get("delivery") == EMAIL


def _load(around: Circumstances) -> DetailFacts:
    way = password_line(around.organization.id, around.handler) if _by_email(around) else None
    return replace(load_asked(around), more=way)


def _mailbox_only(around: Circumstances, _: DetailFacts) -> Iterable[Refusal]:
    by_manager = around.channel in {Channel.ACCOUNT_MANAGER, Channel.GRID_MANAGER}
    return (MAILBOX_ONLY,) if by_manager and around.request.details.get("delivery") == SCREEN else ()


def _mailbox(around: Circumstances, _: DetailFacts) -> Iterable[Refusal]:
    registered = around.handler is not None and bool(around.handler.email)
    return (NO_MAILBOX,) if _by_email(around) and not registered else ()


def _password_has_a_way(around: Circumstances, facts: DetailFacts) -> Iterable[Refusal]:
    way: PasswordLine | None = facts.more
    return (NO_WAY,) if _by_email(around) and way is None else ()


def _give(around: Circumstances, _: DetailFacts, asked: Sequence[Asked], actor: Actor) -> Sequence[int]:
    if _by_email(around):
        if around.order is None:
            raise ValueError("details are sent for an order that is being carried out")
        queue(around.order.id, actor)
    return line_ids_of(asked)


ITEM = detail_item(
    code="detail_query",
    title=Text("详单查询", "Query of usage details"),
    clause="S22",
    # 「网络经理」 in the text is 网格经理 elsewhere: a slip of the pen.
    channels=THREE_CHANNELS | {Channel.WEB_HALL},
    papers=handler_papers("S22-A1"),
    fields=(DELIVERY,),
    guards=(
        PROOF_IS_ENOUGH,
        Guard("mailbox_only", "S22-A1", MAILBOX_ONLY.text, _mailbox_only),
        Guard("handler_has_mailbox", "S01-R1", NO_MAILBOX.text, _mailbox),
        Guard("password_has_a_way", "S22-A1", NO_WAY.text, _password_has_a_way, Origin.INFERRED),
    ),
    load=_load,
    effects=_give,
    fee="detail_query",
    prices=(
        InitialPrice(
            "detail_query", Text("详单查询（免费）", "Query of details, free"), Decimal("0.00"), "标准 二十二"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
)
