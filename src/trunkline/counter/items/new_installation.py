"""一、新装 (S01): the members of a framework agreement are connected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from trunkline.agreements import queries as agreements
from trunkline.agreements.operations import link_members
from trunkline.agreements.types import MemberView, PremiumTerms
from trunkline.billing.operations import receive_premium_deposits, take_advance_payments
from trunkline.billing.types import AdvancePayment, PremiumDeposit
from trunkline.catalog import queries as catalog
from trunkline.catalog.types import OfferingView, PaymentMode, PriceVersionView
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.operations import assign_numbers
from trunkline.numbering.queries import open_reservations
from trunkline.ordering.item import (
    Circumstances,
    Guard,
    Paper,
    PlannedLine,
    Record,
    ServiceItem,
    TakesEffect,
)
from trunkline.ordering.types import ItemAction, PaperKind
from trunkline.party.operations import open_accounts
from trunkline.party.rules import is_local
from trunkline.party.types import IdentityStatus, PaymentMethod, Segment
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
_BANK_FIELDS = ("bank", "branch_code", "account_name", "account_number", "authorisation")

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
    live_lines: dict[str, int]
    offerings: dict[str, OfferingView]
    prices: dict[int, PriceVersionView]
    premiums: dict[str, PremiumTerms]
    security_amount: Decimal
    sims: int


def _load(around: Circumstances) -> Facts:
    agreement_id = around.request.agreement_id
    today = local_date(around.at)
    if agreement_id is None:
        return Facts(None, (), (), frozenset(), {}, {}, {}, {}, catalog.fee(SECURITY_FEE, today).amount, 0)
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


def _numbers_reserved(_: Circumstances, facts: Facts) -> Sequence[Refusal]:
    return [NUMBER_LOST.about(m.number) for m in facts.members if m.number not in facts.reserved]


def _five_lines_a_person(_: Circumstances, facts: Facts) -> Sequence[Refusal]:
    names = {m.id_number: m.name for m in facts.members}
    wanted = Counter(m.id_number for m in facts.members)
    totals = {person: count + facts.live_lines.get(person, 0) for person, count in wanted.items()}
    return [
        TOO_MANY_LINES.about(person, name=names[person], count=count, limit=LINES_A_PERSON)
        for person, count in totals.items()
        if count > LINES_A_PERSON
    ]


def _plans_priced(_: Circumstances, facts: Facts) -> Sequence[Refusal]:
    codes = {m.plan_code for m in facts.members}
    unpriced = [c for c in codes if c not in facts.offerings or facts.offerings[c].id not in facts.prices]
    return [PLAN_UNPRICED.about(code) for code in sorted(unpriced)]


def _security_per_line(around: Circumstances, facts: Facts, member: MemberView) -> Decimal:
    """What is paid in advance for a member under S01-G2, in yuan; zero when nothing is."""
    chosen = around.request.details.get("security") or {}
    if chosen.get("kind") == "deposit":
        try:
            amount = Decimal(str(chosen.get("amount", "0")))
        except InvalidOperation:
            return Decimal(0)
        return amount if amount.is_finite() else Decimal(0)
    if chosen.get("kind") == "prepay_months" and chosen.get("months") in PREPAID_MONTHS:
        return facts.prices[facts.offerings[member.plan_code].id].monthly_fee * int(chosen["months"])
    return Decimal(0)


def _out_of_town_secured(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    local = is_local(around.handler.id_number, around.branch.city_code)
    if local or around.organization.segment is not Segment.SME or _plans_priced(around, facts):
        return []
    prepaid_only = all(
        facts.offerings[m.plan_code].payment_mode is PaymentMode.PREPAID for m in facts.members
    )
    chosen = around.request.details.get("security") or {}
    deposit_enough = chosen.get("kind") == "deposit" and all(
        _security_per_line(around, facts, m) >= facts.security_amount for m in facts.members[:1]
    )
    months_enough = chosen.get("kind") == "prepay_months" and chosen.get("months") in PREPAID_MONTHS
    if (prepaid_only and facts.members) or deposit_enough or months_enough:
        return []
    return [SECURITY_NEEDED.filled(amount=facts.security_amount)]


def _payment_method(around: Circumstances) -> PaymentMethod:
    return PaymentMethod(around.request.details.get("payment_method", PaymentMethod.CASH))


def _bank_data_complete(around: Circumstances, _: Facts) -> Sequence[Refusal]:
    bank = around.request.details.get("bank_collection") or {}
    shown = {paper.kind for paper in around.request.papers}
    if _payment_method(around) is not PaymentMethod.BANK_COLLECTION:
        return []
    complete = all(bank.get(field) for field in _BANK_FIELDS) and PaperKind.BANK_AUTHORISATION in shown
    return [] if complete else [BANK_DATA_MISSING]


def _notice_only_without_licence(around: Circumstances, _: Facts) -> Sequence[Refusal]:
    shown = {paper.kind for paper in around.request.papers}
    provisional = around.organization.identity_status is IdentityStatus.PROVISIONAL
    instead = PaperKind.PRE_APPROVAL_NOTICE in shown and PaperKind.REGISTRATION_CERTIFICATE not in shown
    return [NOTICE_NOT_APPLICABLE] if instead and not provisional else []


def _cards_in_stock(_: Circumstances, facts: Facts) -> Sequence[Refusal]:
    wanted = len(facts.members)
    return [NO_CARDS.filled(wanted=wanted, stock=facts.sims)] if wanted > facts.sims else []


def _plan(_: Circumstances, facts: Facts) -> Sequence[PlannedLine]:
    return [
        PlannedLine(
            key=member.id,
            action=ItemAction.ADD,
            number=member.number,
            user_name=member.name,
            plan_name=facts.offerings[member.plan_code].name
            if member.plan_code in facts.offerings
            else member.plan_code,
            first_month_mode=member.first_month_mode or "",
        )
        for member in facts.members
    ]


def _connect(around: Circumstances, facts: Facts, actor: Actor) -> Sequence[int]:
    """Numbers, accounts, lines, SIM cards, member links, deposits: each one statement for all members."""
    organization, at = around.organization, around.at
    method = _payment_method(around)
    numbers = [member.number for member in facts.members]
    assign_numbers(numbers=numbers, holder=f"agreement:{around.request.agreement_id}", actor=actor, at=at)
    accounts = open_accounts(
        organization_id=organization.id,
        titles=[f"{organization.name} {number}" for number in numbers],
        payment_method=method,
        isolated=True,
        bank_collection=around.request.details.get("bank_collection"),
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
            for member, account in zip(facts.members, accounts, strict=True)
        ],
        organization_id=organization.id,
        branch_id=organization.branch_id,
        name_type=NameType.ORGANIZATION,
        actor=actor,
        at=at,
    )
    link_members(
        pairs=[(member.id, line) for member, line in zip(facts.members, lines, strict=True)],
        actor=actor,
        at=at,
    )
    _take_deposits(around, facts, accounts, actor)
    return lines


def _take_deposits(around: Circumstances, facts: Facts, accounts: Sequence[int], actor: Actor) -> None:
    """The deposits of premium numbers (P2-02) and what is paid in advance under S01-G2."""
    method = _payment_method(around)
    owners = list(zip(facts.members, accounts, strict=True))
    deposits = [
        PremiumDeposit(account, member.number, facts.premiums[member.number].prepayment)
        for member, account in owners
        if member.number in facts.premiums
    ]
    if deposits:
        receive_premium_deposits(
            deposits=deposits,
            method=method,
            reference=f"agreement:{around.request.agreement_id}",
            actor=actor,
            at=around.at,
        )
    secured = [
        AdvancePayment(account, _security_per_line(around, facts, member)) for member, account in owners
    ]
    advances = [advance for advance in secured if advance.amount]
    if advances:
        take_advance_payments(
            organization_id=around.organization.id,
            advances=advances,
            method=method,
            reference="S01-G2",
            actor=actor,
            at=around.at,
        )


ITEM: ServiceItem[Facts] = ServiceItem(
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
        Guard("numbers_reserved", "P2-31", NUMBER_LOST.text, _numbers_reserved),
        Guard("five_lines_a_person", "REG-14", TOO_MANY_LINES.text, _five_lines_a_person),
        Guard("plans_priced", "X-F2", PLAN_UNPRICED.text, _plans_priced),
        Guard("out_of_town_secured", "S01-G2", SECURITY_NEEDED.text, _out_of_town_secured),
        Guard("bank_data_complete", "S01-G3", BANK_DATA_MISSING.text, _bank_data_complete),
        Guard(
            "notice_only_without_licence", "S01-G1", NOTICE_NOT_APPLICABLE.text, _notice_only_without_licence
        ),
        Guard("cards_in_stock", "S01-A1", NO_CARDS.text, _cards_in_stock),
    ),
    load=_load,
    plan=_plan,
    effects=_connect,
    fee="new_installation",
    takes_effect=TakesEffect.IMMEDIATELY,
    records=frozenset({Record.SIGNED_SLIP, Record.COPIES}),
    notices=(
        Text(
            "首月资费按所选方式执行；靓号预存话费不可退还，可以延期消费，可以结转。",
            "The first month is charged by the mode chosen; premium-number deposits are not refundable and carry over.",
        ),
    ),
)
