"""Reference data of the demo province: branches, staff, plans, prices, taxes, fees, terminals, grades."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from trunkline.catalog import operations as catalog
from trunkline.catalog.types import (
    AllowanceDetails,
    OfferingKind,
    PaymentMode,
    ResumeMonthCharge,
    TaxClass,
    UsagePriceDetails,
)
from trunkline.counter.prices import publish_prices
from trunkline.interfaces.cli.demo.roaming import load_roaming
from trunkline.numbering import operations as numbering
from trunkline.numbering.types import NumberKind, NumberUse
from trunkline.security.operations import appoint_staff, open_branch
from trunkline.security.types import Actor

SINCE = date(2026, 1, 1)
#: Printed to whoever runs the demo.
DEMO_PASSWORD = "trunkline-demo"  # noqa: S105  # nosec B105

BRANCHES = (
    ("HF", "合肥市分公司", "Hefei branch", "3401"),
    ("WH", "芜湖市分公司", "Wuhu branch", "3402"),
)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A demo staff member."""

    login: str
    name: str
    branch: str
    roles: tuple[str, ...]
    everywhere: bool = False


LOGINS = (
    DemoLogin("hf.manager", "周明远", "HF", ("account_manager",)),
    DemoLogin("hf.clerk", "吴晓岚", "HF", ("clerk",)),
    DemoLogin("hf.grid", "冯一帆", "HF", ("grid_manager",)),
    DemoLogin("hf.hotline", "何静怡", "HF", ("hotline_agent",)),
    DemoLogin("hf.10019", "苏星远", "HF", ("hotline_10019_agent",)),
    DemoLogin("wh.manager", "郑思齐", "WH", ("account_manager",)),
    DemoLogin("wh.clerk", "孙雨桐", "WH", ("clerk",)),
    DemoLogin("billing", "钱书宁", "AH", ("billing_officer",), everywhere=True),
    DemoLogin("department", "梁致远", "AH", ("department_manager",), everywhere=True),
    DemoLogin("office", "沈思远", "AH", ("department_administrator",), everywhere=True),
    DemoLogin("product", "许清和", "AH", ("product_manager",), everywhere=True),
    DemoLogin("auditor", "赵知行", "AH", ("auditor",), everywhere=True),
    DemoLogin("network", "李建华", "AH", ("network_engineer",), everywhere=True),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A demo plan: yuan a month, minutes, MB, messages, MMS, yuan a minute outside."""

    code: str
    name: str
    name_en: str
    technology: str
    fee: Decimal
    minutes: int
    megabytes: int
    messages: int
    multimedia: int
    minute_price: int
    features: tuple[str, ...] = ()


PLANS = (
    Plan(
        "3G-46", "3G基本套餐46元", "3G Basic 46", "3g", Decimal("46.00"), 50, 150, 0, 5, 2500, ("video_call",)
    ),
    Plan(
        "3G-66",
        "3G基本套餐66元",
        "3G Basic 66",
        "3g",
        Decimal("66.00"),
        120,
        300,
        40,
        10,
        2000,
        ("video_call",),
    ),
    Plan(
        "3G-96",
        "3G基本套餐96元",
        "3G Basic 96",
        "3g",
        Decimal("96.00"),
        240,
        500,
        80,
        15,
        1500,
        ("video_call",),
    ),
    Plan(
        "3G-126",
        "3G基本套餐126元",
        "3G Basic 126",
        "3g",
        Decimal("126.00"),
        320,
        800,
        120,
        20,
        1500,
        ("video_call",),
    ),
    Plan(
        "3G-186",
        "3G商务套餐186元",
        "3G Business 186",
        "3g",
        Decimal("186.00"),
        510,
        1300,
        200,
        30,
        1500,
        ("video_call",),
    ),
    Plan(
        "3G-286",
        "3G商务套餐286元",
        "3G Business 286",
        "3g",
        Decimal("286.00"),
        900,
        2500,
        300,
        50,
        1500,
        ("video_call",),
    ),
    Plan("3GD-100", "3G无线上网卡100元", "3G Data Card 100", "3g", Decimal("100.00"), 0, 3072, 0, 0, 2500),
    Plan("2G-20", "2G集团套餐20元", "2G Group 20", "2g", Decimal("20.00"), 100, 0, 20, 0, 2000),
    Plan("2G-39.9", "2G集团套餐39.9元", "2G Group 39.9", "2g", Decimal("39.90"), 255, 30, 50, 0, 1500),
)

#: Tax rates of 2026 by charge class (domain 4.6); a table, so that a change is a row.
TAX_RATES = (
    (TaxClass.BASIC_TELECOM, Decimal("0.09")),
    (TaxClass.VALUE_ADDED_TELECOM, Decimal("0.06")),
    (TaxClass.GOODS, Decimal("0.13")),
)

#: Item, title, yuan, reference.

TERMINALS = (
    ("WP-S7", "沃派 S7", ("video_call", "mms", "wlan")),
    ("WP-E2", "沃派 E2", ("mms", "wlan")),
    ("HX-900", "海星 900", ("video_call", "mms")),
    ("HX-E100", "海星 E100 上网卡", ()),
)

#: Grade, name, pattern, prepayment, months, minimum a month (REG-25); the first that matches wins.
GRADES = (
    ("AAAA", "四连号", r"(\d)\1{3}$", Decimal("12000.00"), 12, Decimal("189.00")),
    ("AAA", "三连号", r"(\d)\1{2}$", Decimal("3600.00"), 12, Decimal("89.00")),
    ("ABAB", "双叠号", r"(\d)(?!\1)(\d)\1\2$", Decimal("1200.00"), 12, Decimal("66.00")),
    ("ABCD", "顺子号", r"(?:0123|1234|2345|3456|4567|5678|6789)$", Decimal("2400.00"), 12, Decimal("89.00")),
)

_VOICE, _DATA = TaxClass.BASIC_TELECOM, TaxClass.VALUE_ADDED_TELECOM


def usage_prices(plan: Plan) -> tuple[UsagePriceDetails, ...]:
    """The usage rows of a plan: calls by the minute, messages each, data by the KB."""
    minutes = "voice_minutes" if plan.minutes else None
    kilobytes = "data_kb" if plan.megabytes else None
    return (
        UsagePriceDetails("voice", "mo", "local", 60, "up", plan.minute_price, minutes, _VOICE),
        UsagePriceDetails("voice", "mt", "local", 60, "up", 0, None, _VOICE),
        UsagePriceDetails("sms", "mo", "local", 1, "up", 1000, "sms" if plan.messages else None, _DATA),
        UsagePriceDetails("mms", "mo", "local", 1, "up", 9000, "mms" if plan.multimedia else None, _DATA),
        UsagePriceDetails("data", "mo", "local", 1024, "up", 3, kilobytes, _DATA),
    )


def allowances(plan: Plan) -> tuple[AllowanceDetails, ...]:
    """What a plan contains, in units of its usage rows."""
    given = (
        ("voice_minutes", plan.minutes),
        ("data_kb", plan.megabytes * 1024),
        ("sms", plan.messages),
        ("mms", plan.multimedia),
    )
    return tuple(AllowanceDetails(kind, amount) for kind, amount in given if amount)


def load_branches_and_staff(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Open the branches and appoint the demo staff; returns branch ids by code."""
    ids = {
        code: open_branch(code=code, name=name, name_en=name_en, city_code=city, actor=actor, at=at)
        for code, name, name_en, city in BRANCHES
    }
    for login in LOGINS:
        appoint_staff(
            login=login.login,
            name=login.name,
            password=DEMO_PASSWORD,
            branch_code=login.branch,
            roles=login.roles,
            everywhere=login.everywhere,
            actor=actor,
            at=at,
        )
    return ids


def load_catalog(*, actor: Actor, at: datetime) -> None:
    """Publish plans, tax rates, fees and terminal models."""
    for plan in PLANS:
        offering = catalog.define_offering(
            code=plan.code,
            name=plan.name,
            name_en=plan.name_en,
            kind=OfferingKind.PLAN,
            payment_mode=PaymentMode.POSTPAID,
            technology=plan.technology,
            features=plan.features,
            actor=actor,
            at=at,
        )
        catalog.publish_price_version(
            offering_id=offering,
            valid_from=SINCE,
            reference=f"皖通信资费备〔2026〕{plan.code}号",
            monthly_fee=plan.fee,
            tax_class=TaxClass.BASIC_TELECOM,
            resume_month_charge=ResumeMonthCharge.FULL_MONTH,
            data_cap_gb=6 if plan.technology == "3g" else None,
            allowances=allowances(plan),
            usage_prices=usage_prices(plan),
            actor=actor,
            at=at,
        )
    for tax_class, rate in TAX_RATES:
        catalog.publish_tax_rate(
            tax_class=tax_class,
            rate=rate,
            valid_from=SINCE,
            reference="增值税法（2026年1月1日起施行）",
            actor=actor,
            at=at,
        )
    publish_prices(valid_from=SINCE, actor=actor, at=at)
    load_roaming(valid_from=SINCE, actor=actor, at=at)
    for code, name, features in TERMINALS:
        catalog.define_terminal_model(code=code, name=name, features=features, actor=actor, at=at)


def load_grades(*, actor: Actor, at: datetime) -> None:
    """Define the grades of premium numbers and our ranges (REG-21, REG-25)."""
    for prefix in ("186", "185", "145"):
        numbering.define_range(
            prefix=prefix,
            kind=NumberKind.MOBILE,
            use="data_card" if prefix == "145" else "mobile",
            valid_from=SINCE,
            actor=actor,
            at=at,
        )
    for prefix in ("4000", "4006"):
        numbering.define_range(
            prefix=prefix,
            kind=NumberKind.SERVICE_400,
            use=NumberUse.SERVICE_400,
            valid_from=SINCE,
            actor=actor,
            at=at,
        )
    for rank, (code, name, pattern, prepayment, months, minimum) in enumerate(GRADES, 1):
        numbering.define_grade(
            code=code,
            name=name,
            pattern=pattern,
            rank=rank,
            prepayment=prepayment,
            months=months,
            minimum_monthly=minimum,
            actor=actor,
            at=at,
        )
