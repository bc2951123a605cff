"""八、关闭国际及港澳台长途、漫游 (S08): the prepayment becomes a deposit that goes back within two months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.billing.operations import convert_prepayments
from trunkline.billing.operations.international import refund_days
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED_OR_RECORDED, handler_papers
from trunkline.counter.roaming import (
    CHANNELS,
    CUSTOMER_INFORMED,
    INFORMED,
    SERVICE,
    TWO_MONTHS,
    RoamingFacts,
    load_closing,
    service_guard,
)
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, InitialPrice, LineGuard, Origin, TakesEffect
from trunkline.ordering.settings import settings_on
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import close_services, open_services
from trunkline.subscriptions.types import LONG_DISTANCE_SERVICES, SERVICE_NAMES, ServiceCode

CODE = "roaming_closing"
#: Days until operators abroad have been settled with, as a dated setting of the item (S08-G2).
SETTLEMENT_DAYS = "settlement_days"
DEFAULT_SETTLEMENT_DAYS = 45
NOT_OPEN = Refusal(
    "roaming.not_open",
    "S08",
    Text("号码{subject}没有开通{service}", "{subject} does not have this service: {service_en}"),
)
THREE_WAY_BARRED = Refusal(
    "roaming.three_way_barred",
    "S08-E1",
    Text(
        "号码{subject}仍有国际长途或漫游业务，不能恢复三方通话",
        "{subject} keeps another international service, so that three-way calling stays closed",
    ),
)


def _reopens(around: Circumstances, chosen: LineFacts) -> bool:
    wanted = bool(around.request.details.get("reopen_three_way"))
    return wanted and ServiceCode.THREE_WAY not in chosen.line.services


def _three_way_free(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    others = {*LONG_DISTANCE_SERVICES} & {*chosen.line.services} - {facts.more.service}
    barred = _reopens(around, chosen) and bool(others)
    return (THREE_WAY_BARRED.about(chosen.line.number),) if barred else ()


def _settlement_days(around: Circumstances) -> int:
    return settings_on(local_date(around.at)).number(CODE, SETTLEMENT_DAYS, DEFAULT_SETTLEMENT_DAYS)


def _changes(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    more: RoamingFacts = facts.more
    if more.service is None:
        return
    yield Change(SERVICE_NAMES[more.service], "开通", "关闭")
    if _reopens(around, chosen):
        yield Change(SERVICE_NAMES[ServiceCode.THREE_WAY], "关闭", "开通")
    held = (more.held or {}).get(chosen.line.id)
    if held is not None:
        _, due_on = refund_days(local_date(around.at), 0)
        yield Change(
            Text("国际业务预付款", "International prepayment"),
            f"{held.amount}元",
            f"转预存款，最迟{due_on}退还",
        )


def _close(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    more: RoamingFacts = facts.more
    assert more.service is not None  # noqa: S101 - a required field  # nosec B101
    close_services(line_ids=ids_of(chosen), service=more.service, actor=actor, at=around.at)
    convert_prepayments(
        line_ids=ids_of(chosen),
        service=more.service.value,
        settlement_days=_settlement_days(around),
        actor=actor,
        at=around.at,
    )
    three_way = [one.line.id for one in chosen if _reopens(around, one)]
    if three_way:
        open_services(line_ids=three_way, service=ServiceCode.THREE_WAY, actor=actor, at=around.at)


ITEM = line_item(
    code=CODE,
    title=Text("关闭国际及港澳台长途、漫游", "Closing of international calls and roaming"),
    clause="S08",
    channels=CHANNELS,
    inferred_channels=CHANNELS,
    papers=handler_papers("S08-A1", origin=Origin.INFERRED),
    fields=(
        SERVICE,
        Field(
            "reopen_three_way",
            Text("恢复三方通话", "Open three-way calling again"),
            FieldKind.FLAG,
            required=False,
            clause="S08-E1",
        ),
        INFORMED,
    ),
    guards=(CUSTOMER_INFORMED,),
    line_guards=(
        LineGuard(
            "is_open",
            "S08",
            NOT_OPEN.text,
            service_guard(NOT_OPEN, lambda service, one: service not in one.line.services),
            Origin.INFERRED,
        ),
        LineGuard("three_way_free", "S08-E1", THREE_WAY_BARRED.text, _three_way_free),
    ),
    more=load_closing,
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_close,
    fee=CODE,
    prices=(
        InitialPrice(
            CODE,
            Text("国际业务关闭手续费", "Closing of international services"),
            Decimal("0.00"),
            "标准 八（三）",
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
    notices=(TWO_MONTHS,),
)
