"""一、新装 (S01): the members of a framework agreement are connected."""

from __future__ import annotations

from decimal import Decimal

from trunkline.agreements.types import MemberView
from trunkline.counter.items.new_installation import guards
from trunkline.counter.items.new_installation.effects import connect, plan
from trunkline.counter.items.new_installation.facts import SECURITY_FEE, Facts, load
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import (
    Guard,
    InitialPrice,
    LineGuard,
    Paper,
    Record,
    ServiceItem,
    TakesEffect,
)
from trunkline.ordering.types import PaperKind
from trunkline.party.types import BANK_FIELDS, PAYMENT_METHOD_NAMES
from trunkline.security.types import Channel

FIELDS = (
    Field(
        "payment_method",
        Text("付款方式", "Payment method"),
        FieldKind.CHOICE,
        choices=tuple((str(method), name) for method, name in PAYMENT_METHOD_NAMES.items()),
        required=False,
    ),
    *(Field(name, label, required=False, clause="S01-G3") for name, label in BANK_FIELDS.items()),
    Field(
        "security",
        Text("担保方式", "Security"),
        FieldKind.CHOICE,
        choices=(
            ("deposit", Text("交纳预付款", "A deposit is paid")),
            ("prepay_months", Text("预存套餐使用费", "Plan fees are prepaid")),
        ),
        required=False,
        clause="S01-G2",
    ),
    Field(
        "security_amount",
        Text("每户预付款（元）", "Deposit a line (yuan)"),
        FieldKind.MONEY,
        required=False,
        clause="S01-G2",
    ),
    Field(
        "security_months",
        Text("预存月数", "Months prepaid"),
        FieldKind.INTEGER,
        required=False,
        clause="S01-G2",
    ),
)


ITEM: ServiceItem[Facts, MemberView] = ServiceItem(
    code="new_installation",
    title=Text("新装", "New installation"),
    clause="S01",
    channels=frozenset({Channel.OWN_HALL, Channel.ACCOUNT_MANAGER, Channel.GRID_MANAGER}),
    papers=(
        Paper(PaperKind.HANDLER_ID, "S01-A1", original=True),
        Paper(PaperKind.AUTHORISATION, "S01-A1", original=True, sealed=True),
        Paper(
            PaperKind.REGISTRATION_CERTIFICATE,
            "S01-A1",
            sealed=True,
            alternative=PaperKind.PRE_APPROVAL_NOTICE,
        ),
        Paper(PaperKind.NETWORK_AGREEMENT, "S01-A1", sealed=True),
        Paper(PaperKind.SUB_USER_TABLE, "S01-A1", sealed=True),
    ),
    guards=(
        Guard("agreement_in_force", "P2-29", guards.NO_AGREEMENT.text, guards.agreement_in_force),
        Guard("out_of_town_secured", "S01-G2", guards.SECURITY_NEEDED.text, guards.out_of_town_secured),
        Guard("bank_data_complete", "S01-G3", guards.BANK_DATA_MISSING.text, guards.bank_data_complete),
        Guard(
            "notice_only_without_licence",
            "S01-G1",
            guards.NOTICE_NOT_APPLICABLE.text,
            guards.notice_only_without_licence,
        ),
        Guard("cards_in_stock", "S01-A1", guards.NO_CARDS.text, guards.cards_in_stock),
    ),
    line_guards=(
        LineGuard("numbers_reserved", "P2-31", guards.NUMBER_LOST.text, guards.number_reserved),
        LineGuard("five_lines_a_person", "REG-14", guards.TOO_MANY_LINES.text, guards.five_lines_a_person),
        LineGuard("plans_priced", "X-F2", guards.PLAN_UNPRICED.text, guards.plan_priced),
    ),
    load=load,
    subjects=lambda facts: facts.members,
    plan=plan,
    effects=connect,
    fee="new_installation",
    prices=(
        InitialPrice(
            "new_installation",
            Text("移动业务入网服务费", "Network service fee"),
            Decimal("0.00"),
            "标准 一（三）",
        ),
        InitialPrice(
            SECURITY_FEE,
            Text("外地身份证入网预付款（每户）", "Deposit with an out-of-town ID"),
            Decimal("200.00"),
            "标准 一（二）",
        ),
    ),
    fields=FIELDS,
    takes_effect=TakesEffect.IMMEDIATELY,
    inline=False,
    records=frozenset({Record.SIGNED_SLIP, Record.COPIES}),
    notices=(
        Text(
            "首月资费按所选方式执行；靓号预存话费不可退还，可以延期消费，可以结转。",
            "The first month is charged by the mode chosen; premium-number deposits are not refundable and carry over.",
        ),
    ),
)
