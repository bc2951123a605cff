"""What speaks against a new installation (S01-G1 … S01-G3, REG-14, P2-29, P2-31)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trunkline.agreements.types import MemberView
from trunkline.catalog.types import PaymentMode
from trunkline.counter.items.new_installation.facts import Facts
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances
from trunkline.ordering.types import PaperKind
from trunkline.party.rules import is_local
from trunkline.party.types import BANK_FIELDS, IdentityStatus, PaymentMethod, Segment

#: REG-14.
LINES_A_PERSON = 5
#: S01-G2: months of plan fee that may be prepaid instead of a deposit.
PREPAID_MONTHS = range(6, 13)

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


def agreement_in_force(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """The agreement is the organisation's and in force, its attachment signed (P2-29, P2-31)."""
    if facts.agreement_organization_id is None:
        return [NO_AGREEMENT]
    if facts.agreement_organization_id != around.organization.id:
        return [FOREIGN_AGREEMENT]
    return facts.why_not


def number_reserved(_: Circumstances, facts: Facts, member: MemberView) -> Sequence[Refusal]:
    """The member's number is still held for the agreement (P2-31)."""
    return [] if member.number in facts.reserved else [NUMBER_LOST.about(member.number)]


def five_lines_a_person(_: Circumstances, facts: Facts, member: MemberView) -> Sequence[Refusal]:
    """Nobody would have more than five lines over the whole operator (REG-14)."""
    count = facts.wanted[member.id_number] + facts.live_lines.get(member.id_number, 0)
    if count <= LINES_A_PERSON:
        return []
    return [TOO_MANY_LINES.about(member.id_number, name=member.name, count=count, limit=LINES_A_PERSON)]


def plan_priced(_: Circumstances, facts: Facts, member: MemberView) -> Sequence[Refusal]:
    """The member's plan has a price in force (X-F2)."""
    return [] if is_priced(facts, member) else [PLAN_UNPRICED.about(member.plan_code)]


def is_priced(facts: Facts, member: MemberView) -> bool:
    """Whether the member's plan is known and has a price today."""
    offering = facts.offerings.get(member.plan_code)
    return offering is not None and offering.id in facts.prices


def security_per_line(around: Circumstances, facts: Facts, member: MemberView) -> Decimal:
    """What is paid in advance for a member under S01-G2, in yuan; zero when nothing is."""
    details = around.request.details
    if details.get("security") == "deposit":
        return Decimal(details.get("security_amount", "0"))
    if details.get("security") == "prepay_months" and _months(around) in PREPAID_MONTHS:
        return facts.prices[facts.offerings[member.plan_code].id].monthly_fee * _months(around)
    return Decimal(0)


def _months(around: Circumstances) -> int:
    return int(around.request.details.get("security_months", "0"))


def out_of_town_secured(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """An SME with only an out-of-town ID pays in advance or takes prepaid products (S01-G2)."""
    local = around.handler is None or is_local(around.handler.id_number, around.branch.city_code)
    priced = all(is_priced(facts, member) for member in facts.members)
    if local or around.organization.segment is not Segment.SME or not priced:
        return []
    prepaid_only = all(
        facts.offerings[m.plan_code].payment_mode is PaymentMode.PREPAID for m in facts.members
    )
    security = around.request.details.get("security")
    deposit_enough = security == "deposit" and all(
        security_per_line(around, facts, m) >= facts.security_amount for m in facts.members[:1]
    )
    months_enough = security == "prepay_months" and _months(around) in PREPAID_MONTHS
    if (prepaid_only and facts.members) or deposit_enough or months_enough:
        return []
    return [SECURITY_NEEDED.filled(amount=facts.security_amount)]


def payment_method(around: Circumstances) -> PaymentMethod:
    """How the new accounts pay; in cash where nothing is said."""
    return PaymentMethod(around.request.details.get("payment_method", PaymentMethod.CASH))


def bank_collection(around: Circumstances) -> dict[str, str]:
    """The data of 单位账号银行托收 (S01-G3), as far as they were given."""
    return {name: around.request.details[name] for name in BANK_FIELDS if name in around.request.details}


def bank_data_complete(around: Circumstances, _: Facts) -> Sequence[Refusal]:
    """单位账号银行托收 has all its data and the authorisation (S01-G3)."""
    bank = bank_collection(around)
    shown = {paper.kind for paper in around.request.papers}
    if payment_method(around) is not PaymentMethod.BANK_COLLECTION:
        return []
    complete = len(bank) == len(BANK_FIELDS) and PaperKind.BANK_AUTHORISATION in shown
    return [] if complete else [BANK_DATA_MISSING]


def notice_only_without_licence(around: Circumstances, _: Facts) -> Sequence[Refusal]:
    """The notice of pre-approved name serves only customers without a licence (S01-G1)."""
    shown = {paper.kind for paper in around.request.papers}
    provisional = around.organization.identity_status is IdentityStatus.PROVISIONAL
    instead = PaperKind.PRE_APPROVAL_NOTICE in shown and PaperKind.REGISTRATION_CERTIFICATE not in shown
    return [NOTICE_NOT_APPLICABLE] if instead and not provisional else []


def cards_in_stock(_: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """There is a SIM card for every member."""
    wanted = len(facts.members)
    return [NO_CARDS.filled(wanted=wanted, stock=facts.sims)] if wanted > facts.sims else []
