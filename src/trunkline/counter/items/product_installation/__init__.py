"""末项、新装（电路、出租、集成、集团应用）(S99): one product, with what its declaration asks for."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from trunkline.counter.items.new_installation.guards import (
    BANK_DATA_MISSING,
    NOTICE_NOT_APPLICABLE,
    bank_data_complete,
    notice_only_without_licence,
)
from trunkline.counter.items.product_installation import guards, service_400
from trunkline.counter.items.product_installation.effects import due, install, planned
from trunkline.counter.items.product_installation.facts import Facts, load
from trunkline.counter.papers import SIGNED, THREE_CHANNELS
from trunkline.installations.types import BILLING_RULE_NAMES, SLA_NAMES
from trunkline.kernel.text import Text
from trunkline.numbering.requests import rules as requests
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Guard, InitialPrice, Origin, Paper, ServiceItem, TakesEffect
from trunkline.ordering.products import ProductSpecification, product_choices, specifications
from trunkline.ordering.types import PaperKind
from trunkline.party.types import BANK_FIELDS, PAYMENT_METHOD_NAMES

#: The common order header (domain 5).
HEADER = (
    Field("product", Text("产品", "Product"), FieldKind.CHOICE, product_choices, clause="S99-1"),
    Field("contract", Text("合同编号", "Contract"), clause="S99-A1"),
    Field("requested_on", Text("要求开通日期", "Requested date"), FieldKind.DATE, clause="S99-1"),
    Field(
        "billing_rule",
        Text("起租规则", "Billing starts"),
        FieldKind.CHOICE,
        tuple((str(rule), name) for rule, name in BILLING_RULE_NAMES.items()),
        clause="S99-F",
    ),
    Field(
        "notice_days",
        Text("开通通知后天数", "Days after the notice"),
        FieldKind.INTEGER,
        required=False,
        clause="S99-F",
        least=0,
        most=90,
    ),
    Field(
        "term_months",
        Text("合同期（月）", "Term (months)"),
        FieldKind.INTEGER,
        clause="S99-1",
        least=1,
        most=120,
    ),
    Field("one_time_fee", Text("一次性费用（元）", "One-time fee (yuan)"), FieldKind.MONEY, clause="S99-F"),
    Field("monthly_fee", Text("月租费（元）", "Monthly fee (yuan)"), FieldKind.MONEY, clause="S99-F"),
    Field(
        "discount",
        Text("折扣（优惠%）", "Discount (% off)"),
        FieldKind.INTEGER,
        required=False,
        clause="S99-F",
        least=1,
        most=100,
    ),
    Field(
        "discount_approval", Text("折扣审批文号", "Approval of the discount"), required=False, clause="S99-F"
    ),
    Field(
        "sla",
        Text("保障等级", "SLA grade"),
        FieldKind.CHOICE,
        tuple((str(grade), name) for grade, name in SLA_NAMES.items()),
        clause="S99-1",
    ),
    Field("account", Text("付费账户编码", "Billing account"), required=False, clause="S99-R2"),
    Field(
        "payment_method",
        Text("付款方式", "Payment method"),
        FieldKind.CHOICE,
        tuple((str(method), name) for method, name in PAYMENT_METHOD_NAMES.items()),
        required=False,
        clause="S99-R2",
    ),
    *(Field(name, label, required=False, clause="S99-R2") for name, label in BANK_FIELDS.items()),
)


ITEM: ServiceItem[Facts, ProductSpecification] = ServiceItem(
    code="product_installation",
    title=Text("新装（电路、出租、集成及集团应用）", "New installation of circuits and group products"),
    clause="S99",
    channels=THREE_CHANNELS,
    papers=(
        Paper(PaperKind.HANDLER_ID, "S99-A1", original=True),
        Paper(PaperKind.AUTHORISATION, "S99-A1"),
        Paper(
            PaperKind.REGISTRATION_CERTIFICATE,
            "S99-A1",
            sealed=True,
            alternative=PaperKind.PRE_APPROVAL_NOTICE,
        ),
        Paper(PaperKind.NETWORK_AGREEMENT, "S99-A1", sealed=True),
        Paper(PaperKind.SUB_USER_TABLE, "S99-A1", sealed=True),
    ),
    guards=(
        Guard(
            "agreement_of_the_organisation",
            "S99-A1",
            guards.FOREIGN_AGREEMENT.text,
            guards.agreement_of_the_organisation,
        ),
        Guard(
            "account_of_the_organisation",
            "S99-R2",
            guards.FOREIGN_ACCOUNT.text,
            guards.account_of_the_organisation,
            Origin.INFERRED,
        ),
        Guard(
            "requested_date_to_come",
            "S99-1",
            guards.PAST_DATE.text,
            guards.requested_date_to_come,
            Origin.INFERRED,
        ),
        Guard(
            "billing_rule_complete",
            "S99-1",
            guards.NOTICE_DAYS_MISSING.text,
            guards.billing_rule_complete,
            Origin.INFERRED,
        ),
        Guard(
            "discount_approved", "S99-F", guards.NOT_APPROVED.text, guards.discount_approved, Origin.INFERRED
        ),
        Guard("records_enough", "S99-1", guards.TOO_FEW.text, guards.records_enough, Origin.INFERRED),
        Guard("records_distinct", "S99-1", guards.REPEATED.text, guards.records_distinct, Origin.INFERRED),
        Guard(
            "goods_within_fee", "S99-F", guards.GOODS_ABOVE_FEE.text, guards.goods_within_fee, Origin.INFERRED
        ),
        Guard(
            "bank_data_complete", "S99-R2", BANK_DATA_MISSING.text, guards.under("S99-R2", bank_data_complete)
        ),
        Guard(
            "notice_only_without_licence",
            "S99-G1",
            NOTICE_NOT_APPLICABLE.text,
            guards.under("S99-G1", notice_only_without_licence),
        ),
        Guard("key_service_in_own_hall", "REG-16", guards.OWN_HALL_ONLY.text, guards.key_service_in_own_hall),
        Guard(
            "key_service_not_blacklisted",
            "REG-16",
            guards.BLACKLISTED.text,
            guards.key_service_not_blacklisted,
        ),
        Guard(
            "number_kept",
            "P1-07",
            service_400.NOT_KEPT.text,
            guards.of_the_400_number(service_400.number_kept),
        ),
        Guard(
            "answered_by_the_organisation",
            "REG-22",
            service_400.FOREIGN_ANSWER.text,
            guards.of_the_400_number(service_400.answered_by_the_organisation),
        ),
        Guard(
            "routing_complete",
            "REG-23",
            service_400.ROUTING_INCOMPLETE.text,
            guards.of_the_400_number(service_400.routing_complete),
        ),
        Guard(
            "commitment_enough",
            "REG-25",
            service_400.COMMITMENT_TOO_LOW.text,
            guards.of_the_400_number(service_400.commitment_enough),
        ),
        Guard(
            "within_limit",
            "REG-16",
            requests.TOO_MANY.text,
            guards.of_the_400_number(service_400.within_limit),
        ),
    ),
    load=load,
    subjects=lambda facts: facts.products,
    plan=partial(planned, HEADER),
    effects=install,
    fee="product_installation",
    prices=(
        InitialPrice(
            "product_installation",
            Text("产品新装受理费（初装费、月租费按合同）", "Acceptance; the fees are the contract's"),
            Decimal("0.00"),
            "标准 末项（三）",
        ),
    ),
    fields=HEADER,
    chosen_by="product",
    variants=specifications,
    lasting=True,
    due=due,
    takes_effect=TakesEffect.WHEN_ACCEPTED,
    records=SIGNED,
    notices=(
        Text(
            "因联通原因未在约定时限内开通的，每日按收取的安装费1%向用户支付违约金。",
            "Not opened in time through the operator's fault: 1% of the installation fee is paid for every day.",
        ),
    ),
)
