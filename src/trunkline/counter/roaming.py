"""What opening and closing of international services share (S08)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.billing.queries import prepayments_held
from trunkline.billing.types import PrepaymentView
from trunkline.catalog.queries import fee, roaming_destinations
from trunkline.catalog.types import RoamingArea, RoamingDestinationView
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard
from trunkline.security.types import Channel
from trunkline.subscriptions.types import LONG_DISTANCE_SERVICES, SERVICE_NAMES, ServiceCode

#: 网上营业厅、营业厅、客服热线 (S08-G1, S08-G2): the text names them where it speaks of asking and telling.
CHANNELS = frozenset({Channel.OWN_HALL, Channel.WEB_HALL, Channel.HOTLINE_10010})
#: The dated price of the prepayment by service (S08-F).
PREPAYMENTS = {
    ServiceCode.INTERNATIONAL_ROAMING: "international_roaming_prepayment",
    ServiceCode.HMT_ROAMING: "hmt_roaming_prepayment",
}
#: Which destinations a roaming service reaches.
AREAS = {
    ServiceCode.INTERNATIONAL_ROAMING: RoamingArea.INTERNATIONAL,
    ServiceCode.HMT_ROAMING: RoamingArea.HMT,
}

SERVICE = Field(
    "service",
    Text("业务", "Service"),
    FieldKind.CHOICE,
    tuple((code.value, SERVICE_NAMES[code]) for code in LONG_DISTANCE_SERVICES),
    clause="S08",
)
INFORMED = Field(
    "informed",
    Text("已向客户说明并经客户确认", "The customer was told and has confirmed it"),
    FieldKind.FLAG,
    required=False,
    clause="S08-G2",
    help=Text(
        "预付款的退还期限，以及拨打办法和收费标准的查询途径",
        "When a prepayment is refunded, and where dialling and charges can be looked up",
    ),
)
TWO_MONTHS = Text(
    "在注销国际漫游业务时，因涉及与境外运营商的结算，国际业务预付款转预存款后将延期退还客户，"
    "但延期时间不超过注销国际漫游业务之日起两个月。",
    "When international roaming is closed, its prepayment becomes a deposit that is refunded later, since operators "
    "abroad are settled with, but within two months of the day of closing.",
)
WHERE_TO_LOOK = Text(
    "可以登录网上营业厅查询国际漫游国家电话拨打办法和收费标准。",
    "How to dial and what it costs in each country can be looked up in the web hall.",
)
NOT_INFORMED = Refusal(
    "roaming.not_informed",
    "S08-G2",
    Text(
        "须向客户说明预付款退还期限及拨打办法、收费标准的查询途径，并登记客户已确认",
        "The customer must be told when a prepayment is refunded and where dialling and charges stand, and confirm it",
    ),
)


def _informed(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    return () if around.request.details.get("informed") else (NOT_INFORMED,)


#: S08-G2, S08-G4: the duty to tell.
CUSTOMER_INFORMED: Guard[LinesFacts] = Guard("customer_informed", "S08-G2", NOT_INFORMED.text, _informed)


@dataclass(frozen=True, slots=True)
class RoamingFacts:
    """The service asked for, destinations as asked for and as found, the prepayment a line, and what is held."""

    service: ServiceCode | None
    destinations: tuple[tuple[str, RoamingDestinationView | None], ...] = ()
    prepayment: Decimal = ZERO
    held: Mapping[int, PrepaymentView] | None = None

    @property
    def roams(self) -> bool:
        """Whether the service is roaming, and not long distance."""
        return self.service in AREAS


def service_asked(around: Circumstances) -> ServiceCode | None:
    """The service the request names."""
    code = around.request.details.get("service")
    return ServiceCode(code) if code else None


def asked_destinations(
    text: str, known: Iterable[RoamingDestinationView]
) -> tuple[tuple[str, RoamingDestinationView | None], ...]:
    """Each destination named in `text`, by code or name, with what was published of it."""
    by_name = {
        key.casefold(): view
        for view in known
        for key in (view.details.code, view.details.name, view.details.name_en)
    }
    for separator in "，、；;\n":
        text = text.replace(separator, ",")
    words = [word.strip() for word in text.split(",") if word.strip()]
    return tuple((word, by_name.get(word.casefold())) for word in dict.fromkeys(words))


def load_opening(around: Circumstances, _: Sequence[LineFacts]) -> RoamingFacts:
    """The facts of an opening."""
    service, today = service_asked(around), local_date(around.at)
    if service not in PREPAYMENTS:
        return RoamingFacts(service)
    asked = around.request.details.get("destinations", "")
    return RoamingFacts(
        service,
        asked_destinations(asked, roaming_destinations(today)),
        fee(PREPAYMENTS[service], today).amount,
    )


def load_closing(around: Circumstances, chosen: Sequence[LineFacts]) -> RoamingFacts:
    """The facts of a closing."""
    service = service_asked(around)
    held = prepayments_held([one.line.id for one in chosen], service) if service else {}
    return RoamingFacts(service, held=held)


def service_guard(
    refusal: Refusal, speaks_against: Callable[[ServiceCode, LineFacts], bool]
) -> Callable[[Circumstances, LinesFacts, LineFacts], Iterable[Refusal]]:
    """The check of a guard on the service asked for."""

    def check(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
        service = facts.more.service
        if service is None or not speaks_against(service, chosen):
            return ()
        name = SERVICE_NAMES[service]
        return (refusal.about(chosen.line.number, service=name.zh, service_en=name.en),)

    return check
