"""一、新装 (S01): the members of a framework agreement are connected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.agreements import queries as agreements
from trunkline.agreements.operations import link_members
from trunkline.agreements.types import MemberView, PremiumTerms
from trunkline.billing.operations import receive_premium_deposit, take_payment
from trunkline.catalog import queries as catalog
from trunkline.catalog.types import OfferingView, PaymentMode, PriceVersionView
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.operations import assign_numbers
from trunkline.numbering.queries import open_reservations
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import (
    Circumstances,
    Guard,
    InitialPrice,
    LineGuard,
    Paper,
    PlannedLine,
    Record,
    ServiceItem,
    TakesEffect,
)
from trunkline.ordering.types import ItemAction, PaperKind
from trunkline.party.operations import open_accounts
from trunkline.party.rules import is_local
from trunkline.party.types import (
    BANK_FIELDS,
    PAYMENT_METHOD_NAMES,
    IdentityStatus,
    PaymentMethod,
    Segment,
)
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.operations import connect_lines
from trunkline.subscriptions.queries import live_lines_of_persons, sims_in_stock
from trunkline.subscriptions.types import NameType, NewLine

#: REG-14.
LINES_A_PERSON = 5
#: S01-G2: months of plan fee that may be prepaid instead of a deposit.
PREPAID_MONTHS = range(6, 13)
#: S01-G2, Q-20: 「一定金额的预付款」 a line, as a dated fee of the catalogue.
SECURITY_FEE = "new_installation_security"

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

NO_AGREEMENT = Refusal(
    "s01.no_agreement", "S01-A1", Text("须凭已签署的入网协议办理", "A signed network agreement is needed")
)
FOREIGN_AGREEMENT = Refusal(
    "s01.foreign_agreement",
    "S01-A1",
    Text("入网协议不属于该集团客户", "The network agreement is another organisation's"),
)
NUMBER_LOST = Refusal(
    "s01.number_not_reserved",
    "P2-31",
    Text("号码{subject}已不在本协议的预占中", "Number {subject} is no longer reserved for this agreement"),
)
TOO_MANY_LINES = Refusal(
    "s01.five_lines",
    "REG-14",
    Text(
        "{name}（{subject}）名下将有{count}个号码，超过{limit}个",
        "{name} ({subject}) would hold {count} lines, more than {limit}",
    ),
)
PLAN_UNPRICED = Refusal(
    "s01.plan_unpriced",
    "X-F2",
    Text("套餐{subject}目前没有生效的资费", "Plan {subject} has no price in force"),
)
SECURITY_NEEDED = Refusal(
    "s01.security_needed",
    "S01-G2",
    Text(
        "中小企业客户仅持外地身份证，须交纳预付款（每户不少于{amount}元）、预存6-12个月套餐使用费，或只办理预付费业务",
        "An SME customer with an out-of-town ID must pay a deposit (at least {amount} yuan a line), "
        "prepay 6 to 12 months of plan fee, or take prepaid products only",
    ),
)
BANK_DATA_MISSING = Refusal(
    "s01.bank_data_missing",
    "S01-G3",
    Text("银行托收资料不全", "The data for bank collection are incomplete"),
)
NOTICE_NOT_APPLICABLE = Refusal(
    "s01.notice_not_applicable",
    "S01-G1",
    Text(
        "已领取营业执照的客户不能凭《企业名称预先核准通知书》办理",
        "A customer that holds its licence cannot apply on the notice of pre-approved name",
    ),
)
NO_CARDS = Refusal(
    "s01.no_cards",
    "S01-A1",
    Text(
        "分公司库存SIM卡不足：需{wanted}张，有{stock}张", "SIM stock is short: {wanted} needed, {stock} there"
    ),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What S01 is judged on."""

    agreement_organization_id: int | None
    why_not: tuple[Refusal, ...]
    members: tuple[MemberView, ...]
    reserved: frozenset[str]
    #: Lines wanted by this order, and lines there are, by the user's identity number.
    wanted: Mapping[str, int]
    live_lines: Mapping[str, int]
    offerings: dict[str, OfferingView]
    prices: dict[int, PriceVersionView]
    premiums: dict[str, PremiumTerms]
    security_amount: Decimal
    sims: int


def _load(around: Circumstances) -> Facts:
    agreement_id = around.request.agreement_id
    today = local_date(around.at)
    if agreement_id is None:
        return Facts(
            None, (), (), frozenset(), {}, {}, {}, {}, {}, catalog.fee(SECURITY_FEE, today).amount, 0
        )
    agreement = agreements.agreement(agreement_id)
    members = agreements.connectable_members(agreement_id)
    if around.keys:
        chosen = set(around.keys)
        members = tuple(member for member in members if member.id in chosen)
    offerings = {o.code: o for o in catalog.offerings() if o.code in {m.plan_code for m in members}}
    return Facts(
        agreement_organization_id=agreement.organization_id,
        why_not=agreements.why_not_connectable(agreement_id),
        members=members,
        reserved=frozenset(r.number for r in open_reservations(f"agreement:{agreement_id}")),
        wanted=Counter(m.id_number for m in members),
        live_lines=live_lines_of_persons([m.id_number for m in members]),
        offerings=offerings,
        prices=catalog.price_versions([o.id for o in offerings.values()], today),
        premiums={terms.number: terms for terms in agreements.premiums(agreement_id)},
        security_amount=catalog.fee(SECURITY_FEE, today).amount,
        sims=sims_in_stock(around.organization.branch_id),
    )


def _agreement_in_force(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    if facts.agreement_organization_id is None:
        return [NO_AGREEMENT]
    if facts.agreement_organization_id != around.organization.id:
        return [FOREIGN_AGREEMENT]
    return facts.why_not


def _number_reserved(_: Circumstances, facts: Facts, member: MemberView) -> Sequence[Refusal]:
    return [] if member.number in facts.reserved else [NUMBER_LOST.about(member.number)]


def _five_lines_a_person(_: Circumstances, facts: Facts, member: MemberView) -> Sequence[Refusal]:
    count = facts.wanted[member.id_number] + facts.live_lines.get(member.id_number, 0)
    if count <= LINES_A_PERSON:
        return []
    return [TOO_MANY_LINES.about(member.id_number, name=member.name, count=count, limit=LINES_A_PERSON)]


def _plan_priced(_: Circumstances, facts: Facts, member: MemberView) -> Sequence[Refusal]:
    return [] if _is_priced(facts, member) else [PLAN_UNPRICED.about(member.plan_code)]


def _is_priced(facts: Facts, member: MemberView) -> bool:
    offering = facts.offerings.get(member.plan_code)
    return offering is not None and offering.id in facts.prices


def _security_per_line(around: Circumstances, facts: Facts, member: MemberView) -> Decimal:
    """What is paid in advance for a member under S01-G2, in yuan; zero when nothing is."""
    details = around.request.details
    if details.get("security") == "deposit":
        return Decimal(details.get("security_amount", "0"))
    if details.get("security") == "prepay_months" and _months(around) in PREPAID_MONTHS:
        return facts.prices[facts.offerings[member.plan_code].id].monthly_fee * _months(around)
    return Decimal(0)


def _months(around: Circumstances) -> int:
    return int(around.request.details.get("security_months", "0"))


def _out_of_town_secured(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    local = around.handler is None or is_local(around.handler.id_number, around.branch.city_code)
    priced = all(_is_priced(facts, member) for member in facts.members)
    if local or around.organization.segment is not Segment.SME or not priced:
        return []
    prepaid_only = all(
        facts.offerings[m.plan_code].payment_mode is PaymentMode.PREPAID for m in facts.members
    )
    security = around.request.details.get("security")
    deposit_enough = security == "deposit" and all(
        _security_per_line(around, facts, m) >= facts.security_amount for m in facts.members[:1]
    )
    months_enough = security == "prepay_months" and _months(around) in PREPAID_MONTHS
    if (prepaid_only and facts.members) or deposit_enough or months_enough:
        return []
    return [SECURITY_NEEDED.filled(amount=facts.security_amount)]


def _payment_method(around: Circumstances) -> PaymentMethod:
    return PaymentMethod(around.request.details.get("payment_method", PaymentMethod.CASH))


def _bank_collection(around: Circumstances) -> dict[str, str]:
    """The data of 单位账号银行托收 (S01-G3), as far as they were given."""
    return {name: around.request.details[name] for name in BANK_FIELDS if name in around.request.details}


def _bank_data_complete(around: Circumstances, _: Facts) -> Sequence[Refusal]:
    bank = _bank_collection(around)
    shown = {paper.kind for paper in around.request.papers}
    if _payment_method(around) is not PaymentMethod.BANK_COLLECTION:
        return []
    complete = len(bank) == len(BANK_FIELDS) and PaperKind.BANK_AUTHORISATION in shown
    return [] if complete else [BANK_DATA_MISSING]


def _notice_only_without_licence(around: Circumstances, _: Facts) -> Sequence[Refusal]:
    shown = {paper.kind for paper in around.request.papers}
    provisional = around.organization.identity_status is IdentityStatus.PROVISIONAL
    instead = PaperKind.PRE_APPROVAL_NOTICE in shown and PaperKind.REGISTRATION_CERTIFICATE not in shown
    return [NOTICE_NOT_APPLICABLE] if instead and not provisional else []


def _cards_in_stock(_: Circumstances, facts: Facts) -> Sequence[Refusal]:
    wanted = len(facts.members)
    return [NO_CARDS.filled(wanted=wanted, stock=facts.sims)] if wanted > facts.sims else []


def _plan(_: Circumstances, facts: Facts, member: MemberView) -> PlannedLine:
    offering = facts.offerings.get(member.plan_code)
    return PlannedLine(
        key=member.id,
        action=ItemAction.ADD,
        number=member.number,
        user_name=member.name,
        plan_name=offering.name if offering else member.plan_code,
        first_month_mode=member.first_month_mode or "",
    )


def _connect(
    around: Circumstances, facts: Facts, members: Sequence[MemberView], actor: Actor
) -> Sequence[int]:
    """Numbers, accounts, lines, SIM cards, member links, deposits: each one statement for all members."""
    organization, at = around.organization, around.at
    method = _payment_method(around)
    numbers = [member.number for member in members]
    assign_numbers(numbers=numbers, holder=f"agreement:{around.request.agreement_id}", actor=actor, at=at)
    accounts = open_accounts(
        organization_id=organization.id,
        titles=[f"{organization.name} {number}" for number in numbers],
        payment_method=method,
        isolated=True,
        bank_collection=_bank_collection(around) or None,
        actor=actor,
        at=at,
    )
    terminals = catalog.terminal_models()
    lines = connect_lines(
        lines=[
            NewLine(
                number=member.number,
                account_id=account,
                user_name=member.name,
                user_id_number=member.id_number,
                offering_id=facts.offerings[member.plan_code].id,
                first_month_mode=member.first_month_mode,
                terminal_model_id=terminals[member.terminal_model].id
                if member.terminal_model in terminals
                else None,
                imei=member.imei,
            )
            for member, account in zip(members, accounts, strict=True)
        ],
        organization_id=organization.id,
        branch_id=organization.branch_id,
        name_type=NameType.ORGANIZATION,
        actor=actor,
        at=at,
    )
    link_members(
        pairs=[(member.id, line) for member, line in zip(members, lines, strict=True)],
        actor=actor,
        at=at,
    )
    _take_deposits(around, facts, members, accounts, actor)
    return lines


def _take_deposits(
    around: Circumstances,
    facts: Facts,
    members: Sequence[MemberView],
    accounts: Sequence[int],
    actor: Actor,
) -> None:
    method = _payment_method(around)
    for member, account in zip(members, accounts, strict=True):
        premium = facts.premiums.get(member.number)
        if premium is not None:
            receive_premium_deposit(
                account_id=account,
                number=member.number,
                amount=premium.prepayment,
                method=method,
                reference=f"agreement:{around.request.agreement_id}",
                actor=actor,
                at=around.at,
            )
        security = _security_per_line(around, facts, member)
        if security:
            take_payment(
                organization_id=around.organization.id,
                account_id=account,
                bill_ids=(),
                amount=security,
                method=method,
                reference="S01-G2",
                actor=actor,
                at=around.at,
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
        Guard("agreement_in_force", "P2-29", NO_AGREEMENT.text, _agreement_in_force),
        Guard("out_of_town_secured", "S01-G2", SECURITY_NEEDED.text, _out_of_town_secured),
        Guard("bank_data_complete", "S01-G3", BANK_DATA_MISSING.text, _bank_data_complete),
        Guard(
            "notice_only_without_licence", "S01-G1", NOTICE_NOT_APPLICABLE.text, _notice_only_without_licence
        ),
        Guard("cards_in_stock", "S01-A1", NO_CARDS.text, _cards_in_stock),
    ),
    line_guards=(
        LineGuard("numbers_reserved", "P2-31", NUMBER_LOST.text, _number_reserved),
        LineGuard("five_lines_a_person", "REG-14", TOO_MANY_LINES.text, _five_lines_a_person),
        LineGuard("plans_priced", "X-F2", PLAN_UNPRICED.text, _plan_priced),
    ),
    load=_load,
    subjects=lambda facts: facts.members,
    plan=_plan,
    effects=_connect,
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
