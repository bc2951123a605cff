"""Words of offerings and prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from trunkline.kernel.text import Text


class OfferingKind(StrEnum):
    """What is sold (SID ProductOffering)."""

    PLAN = "plan"
    ADD_ON = "add_on"
    VALUE_ADDED = "value_added"


class PaymentMode(StrEnum):
    """后付费/预付费."""

    POSTPAID = "postpaid"
    PREPAID = "prepaid"


class TaxClass(StrEnum):
    """What decides the VAT rate (domain 4.6)."""

    BASIC_TELECOM = "basic_telecom"
    VALUE_ADDED_TELECOM = "value_added_telecom"
    GOODS = "goods"


class ResumeMonthCharge(StrEnum):
    """How the plan fee of the month of resumption is charged (S06-E2)."""

    FULL_MONTH = "full_month"
    DAILY = "daily"


class FirstMonthMode(StrEnum):
    """首月资费标准 (P2-04 … P2-07)."""

    OUT_OF_PLAN = "out_of_plan"
    FULL_MONTH = "full_month"
    HALF = "half"


FIRST_MONTH_NAMES = {
    FirstMonthMode.OUT_OF_PLAN: Text("套餐包外资费（免月租）", "Out of plan (no rent)"),
    FirstMonthMode.FULL_MONTH: Text("全月套餐", "Full month"),
    FirstMonthMode.HALF: Text("套餐减半", "Half plan"),
}


@dataclass(frozen=True, slots=True)
class AllowanceDetails:
    """套餐内所含内容: `amount` in whole units of the usage rows that may draw on it.

    `whole` is how many of these units make the whole unit that a half is rounded up to (P2-07: 1024 where KB are
    sold by the MB). None stands for what is usual, see `rules.whole_of`; a published allowance always has it.
    """

    kind: str
    amount: int
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class UsagePriceDetails:
    """Price of usage: `price` in 1/10000 yuan per `unit` of the base quantity (seconds, messages, bytes)."""

    kind: str
    direction: str
    zone: str
    unit: int
    rounding: str
    price: int
    allowance_kind: str | None
    tax_class: TaxClass
    id: int = 0


@dataclass(frozen=True, slots=True)
class Validity:
    """When a published row is in force: from a day, until a day that is not in it (None: open-ended)."""

    id: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PriceVersionView:
    """A published version of an offering's prices. It never changes; a version that follows gives it its end."""

    id: int
    offering_id: int
    offering_code: str
    offering_name: str
    number: int
    valid_from: date
    valid_to: date | None
    reference: str
    monthly_fee: Decimal
    tax_class: TaxClass
    resume_month_charge: ResumeMonthCharge
    data_cap_gb: int | None
    allowances: tuple[AllowanceDetails, ...]
    usage_prices: tuple[UsagePriceDetails, ...]


@dataclass(frozen=True, slots=True)
class OfferingView:
    """A product offering."""

    id: int
    code: str
    name: str
    name_en: str
    kind: OfferingKind
    payment_mode: PaymentMode
    technology: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeeView:
    """一次性收费项目 of a service item on a day; `amount` may be zero (X-F1)."""

    id: int
    item_code: str
    title: Text
    amount: Decimal
    tax_class: TaxClass
    reference: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class TerminalModelView:
    """终端型号 with the features it supports (P2-17)."""

    id: int
    code: str
    name: str
    features: tuple[str, ...]


class RoamingArea(StrEnum):
    """Which service reaches a destination (S08)."""

    INTERNATIONAL = "international"
    HMT = "hmt"


ROAMING_AREA_NAMES = {
    RoamingArea.INTERNATIONAL: Text("国际", "International"),
    RoamingArea.HMT: Text("港澳台", "Hong Kong, Macao and Taiwan"),
}


@dataclass(frozen=True, slots=True)
class RoamingDetails:
    """漫游目的地 as it is published (S08-G1, S08-G4).

    Prices in yuan, tax included: a minute to the mainland, a minute received, a message, a MB; None where that is
    not open there. `dialling` is 拨打办法, `charging` 收费标准 in words.
    """

    code: str
    area: RoamingArea
    name: str
    name_en: str
    voice: bool
    sms: bool
    data: bool
    dialling: str
    charging: str
    home_price: Decimal | None
    received_price: Decimal | None
    message_price: Decimal | None
    data_price: Decimal | None
    reference: str

    @property
    def is_open(self) -> bool:
        """已开通: whether anything of it is open."""
        return self.voice or self.sms or self.data


@dataclass(frozen=True, slots=True)
class RoamingDestinationView:
    """A destination with the days it is in force, half-open."""

    id: int
    details: RoamingDetails
    valid_from: date
    valid_to: date | None


#: Features of plans and terminals in words (P2-17).
FEATURE_NAMES = {
    "video_call": Text("可视电话", "Video call"),
    "caller_id": Text("来电显示", "Caller ID"),
    "mms": Text("彩信", "MMS"),
    "wlan": Text("WLAN上网", "WLAN"),
}


def feature_name(feature: str) -> Text:
    """The words of a feature of plans and terminals; the bare code where none are declared."""
    return FEATURE_NAMES.get(feature, Text(feature, feature))
