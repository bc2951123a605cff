"""八、开通国际及港澳台长途、漫游 (S08): three-way calling ends by itself, a prepayment is held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.billing.operations import take_international_prepayments
from trunkline.billing.types import NewPrepayment
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import no_arrears, not_lost, not_suspended
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED_OR_RECORDED, handler_papers
from trunkline.counter.roaming import (
    AREAS,
    CHANNELS,
    CUSTOMER_INFORMED,
    INFORMED,
    PREPAYMENTS,
    SERVICE,
    TWO_MONTHS,
    WHERE_TO_LOOK,
    RoamingFacts,
    load_opening,
    service_guard,
)
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, InitialPrice, LineGuard, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.party.types import PAYMENT_METHOD_NAMES, PaymentMethod
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import close_services, open_services
from trunkline.subscriptions.types import SERVICE_NAMES, ServiceCode

#: Money that changes hands at once; collection by the bank does not.
METHODS = tuple(
    (method.value, name)
    for method, name in PAYMENT_METHOD_NAMES.items()
    if method is not PaymentMethod.BANK_COLLECTION
)
THREE_WAY_CLOSES = Text(
    "开通国际漫游长途业务，自动关闭三方通话业务。",
    "Opening international roaming or long distance closes three-way calling by itself.",
)
NO_DESTINATION = Refusal(
    "roaming.no_destination",
    "S08-G1",
    Text("开通漫游须填写漫游目的地", "Say where the customer is going to roam"),
)
NOT_OPEN_THERE = Refusal(
    "roaming.destination_closed",
    "S08-G1",
    Text(
        "目的地{subject}未开通{service}",
        "{service_en} is not open at the destination {subject}",
    ),
)
HAS_IT = Refusal(
    "roaming.open_already",
    "S08",
    Text("号码{subject}已开通{service}", "{subject} has this service already: {service_en}"),
)
NO_METHOD = Refusal(
    "roaming.prepayment_method",
    "S08-F",
    Text(
        "须收取国际业务预付款每号{amount}元，请选择交费方式",
        "A prepayment of {amount} yuan a number is taken: say how it is paid",
    ),
)


def _destination_open(_: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    more: RoamingFacts = facts.more
    if more.service is None or not more.roams:
        return ()
    if not more.destinations:
        return (NO_DESTINATION,)
    name, area = SERVICE_NAMES[more.service], AREAS[more.service]
    return [
        NOT_OPEN_THERE.about(word, service=name.zh, service_en=name.en)
        for word, found in more.destinations
        if found is None or found.details.area is not area or not found.details.is_open
    ]


def _prepayment_arranged(around: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    more: RoamingFacts = facts.more
    missing = more.prepayment > ZERO and "payment_method" not in around.request.details
    return (NO_METHOD.filled(amount=more.prepayment),) if missing else ()


def _changes(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    more: RoamingFacts = facts.more
    if more.service is None:
        return
    yield Change(SERVICE_NAMES[more.service], "未开通", "开通")
    if ServiceCode.THREE_WAY in chosen.line.services:
        yield Change(SERVICE_NAMES[ServiceCode.THREE_WAY], "开通", "自动关闭")
    if more.prepayment > ZERO:
        yield Change(Text("国际业务预付款", "International prepayment"), "0.00元", f"{more.prepayment}元")


def _open(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    more: RoamingFacts = facts.more
    assert more.service is not None  # noqa: S101 - a required field  # nosec B101
    open_services(line_ids=ids_of(chosen), service=more.service, actor=actor, at=around.at)
    three_way = [one.line.id for one in chosen if ServiceCode.THREE_WAY in one.line.services]
    if three_way:
        close_services(line_ids=three_way, service=ServiceCode.THREE_WAY, actor=actor, at=around.at)
    if more.prepayment > ZERO:
        take_international_prepayments(
            prepayments=[
                NewPrepayment(
                    one.line.id, one.line.account_id, one.line.number, more.service.value, more.prepayment
                )
                for one in chosen
            ],
            method=PaymentMethod(around.request.details["payment_method"]),
            actor=actor,
            at=around.at,
        )


ITEM = line_item(
    code="roaming_opening",
    title=Text("开通国际及港澳台长途、漫游", "Opening of international calls and roaming"),
    clause="S08",
    channels=CHANNELS,
    inferred_channels=CHANNELS,
    papers=handler_papers("S08-A1", origin=Origin.INFERRED),
    fields=(
        SERVICE,
        Field(
            "destinations",
            Text("漫游目的地", "Destinations"),
            required=False,
            clause="S08-G1",
            help=Text(
                "国家或地区的名称或代码，用逗号分开", "Names or codes of countries or regions, with commas"
            ),
        ),
        Field(
            "payment_method",
            Text("预付款交费方式", "How the prepayment is paid"),
            FieldKind.CHOICE,
            METHODS,
            required=False,
            clause="S08-F",
        ),
        INFORMED,
    ),
    guards=(
        Guard("destination_open", "S08-G1", NOT_OPEN_THERE.text, _destination_open),
        CUSTOMER_INFORMED,
        Guard("prepayment_arranged", "S08-F", NO_METHOD.text, _prepayment_arranged),
    ),
    line_guards=(
        no_arrears("S08", origin=Origin.INFERRED),
        not_suspended("S08", origin=Origin.INFERRED),
        not_lost("S08", origin=Origin.INFERRED),
        LineGuard(
            "not_open_yet",
            "S08",
            HAS_IT.text,
            service_guard(HAS_IT, lambda service, one: service in one.line.services),
            Origin.INFERRED,
        ),
    ),
    more=load_opening,
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_open,
    fee="roaming_opening",
    prices=(
        InitialPrice(
            "roaming_opening",
            Text("国际业务开通手续费", "Opening of international services"),
            Decimal("0.00"),
            "标准 八（三）",
        ),
        InitialPrice(
            PREPAYMENTS[ServiceCode.INTERNATIONAL_ROAMING],
            Text("国际漫游预付款", "Prepayment of international roaming"),
            Decimal("500.00"),
            "标准 八（三）",
        ),
        InitialPrice(
            PREPAYMENTS[ServiceCode.HMT_ROAMING],
            Text("港澳台漫游预付款", "Prepayment of roaming in Hong Kong, Macao and Taiwan"),
            Decimal("200.00"),
            "标准 八（三）",
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
    notices=(THREE_WAY_CLOSES, TWO_MONTHS, WHERE_TO_LOOK),
)
