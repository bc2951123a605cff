"""What may be agreed, and how premium deposits are released (P2-01 … P2-17)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from trunkline.agreements.types import (
    AGREEMENT_LIFE,
    AGREEMENT_STATE_NAMES,
    MINIMUM_MEMBERS,
    AgreementEvent,
    AgreementState,
    AgreementTerms,
    PremiumTerms,
)
from trunkline.catalog.types import FirstMonthMode, OfferingKind, OfferingView, TerminalModelView
from trunkline.kernel.money import FEN, fen_down
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.rules import reserve_refusals
from trunkline.numbering.types import GradeView, NumberView

LONGEST_TERM = 10
LONGEST_RELEASE = 120
LARGEST_PREPAYMENT = Decimal("9999999999.99")
#: Technology whose plans may go without a first-month mode (P2-04).
WITHOUT_FIRST_MONTH = "2g"

WRONG_STATE = Refusal(
    "agreement.wrong_state",
    "",
    Text("协议目前为“{state}”，不能办理此项操作", "This cannot be done to an agreement that is “{state_en}”"),
)
UNKNOWN_PLAN = Refusal(
    "agreement.plan_unknown", "P2-03", Text("没有这个套餐：{subject}", "No such plan: {subject}")
)
PLAN_UNPRICED = Refusal(
    "agreement.plan_unpriced",
    "X-F2",
    Text("套餐{subject}目前没有生效的资费", "Plan {subject} has no price in force"),
)
FIRST_MONTH_MISSING = Refusal(
    "agreement.first_month_missing",
    "P2-04",
    Text("3G套餐须选定一种首月资费标准", "A 3G plan needs exactly one first-month mode"),
)
FIRST_MONTH_UNKNOWN = Refusal(
    "agreement.first_month_unknown",
    "P2-04",
    Text("没有这种首月资费标准：{subject}", "No such first-month mode: {subject}"),
)
TERM_OUT_OF_RANGE = Refusal(
    "agreement.term_out_of_range",
    "P2-27",
    Text("协议有效期须为1至{longest}年", "The term must be 1 to {longest} years"),
).filled(longest=LONGEST_TERM)
TOO_FEW_MEMBERS = Refusal(
    "agreement.minimum_members_too_low",
    "P2-01",
    Text("合同期内入网不得低于{least}户", "At least {least} members must join within the term"),
).filled(least=MINIMUM_MEMBERS)
CAP_OUT_OF_RANGE = Refusal(
    "agreement.data_cap_out_of_range",
    "P2-14",
    Text("流量封顶须为1至1000 GB，或不设", "The data cap must be 1 to 1000 GB, or none"),
)
UNKNOWN_TERMINAL = Refusal(
    "agreement.terminal_unknown",
    "P2-17",
    Text("没有这个终端型号：{subject}", "No such terminal model: {subject}"),
)
FEATURE_UNCONFIRMED = Refusal(
    "agreement.feature_unconfirmed",
    "P2-17",
    Text(
        "终端{terminal}不支持套餐中的{subject}功能，须在协议中由客户确认",
        "Terminal {terminal} does not support {subject} of the plan: the customer must confirm it in the agreement",
    ),
)
FEATURE_SUPPORTED = Refusal(
    "agreement.feature_not_unsupported",
    "P2-17",
    Text(
        "{subject}不是终端不支持的套餐功能，不应列入",
        "{subject} is no feature of the plan that the terminal lacks",
    ),
)
PREMIUM_TWICE = Refusal(
    "agreement.premium_twice", "P2-02", Text("靓号{subject}重复", "Premium number {subject} occurs twice")
)
PREMIUM_ORDINARY = Refusal(
    "agreement.premium_ordinary",
    "P2-02",
    Text("号码{subject}是普通号码，不需要靓号预存", "Number {subject} is ordinary and needs no commitment"),
)
PREMIUM_GRADE_WRONG = Refusal(
    "agreement.premium_grade_wrong",
    "P2-02",
    Text(
        "号码{subject}的等级是{grade}，与协议所填不符",
        "Number {subject} is of grade {grade}, not the one in the terms",
    ),
)
PREMIUM_AMOUNT_WRONG = Refusal(
    "agreement.premium_amount_wrong",
    "P2-02",
    Text(
        "靓号{subject}的预存和最低消费须为准确到分的金额，预存大于零",
        "The deposit and monthly minimum of {subject} must be exact to the fen, the deposit above zero",
    ),
)
PREMIUM_MONTHS_WRONG = Refusal(
    "agreement.premium_months_wrong",
    "P2-09",
    Text(
        "靓号{subject}的解冻月数须为1至{longest}，且每月至少解冻1分",
        "The deposit of {subject} must be released over 1 to {longest} months, at least one fen a month",
    ),
)
RELEASES_DO_NOT_ADD_UP = Refusal(
    "agreement.releases_do_not_add_up",
    "P2-09",
    Text(
        "靓号{subject}的解冻计划共{count}个月、合计{sum}元，与{months}个月、预存{prepayment}元不符",
        "The releases of {subject} are {count} and make {sum} yuan: not {months} months and {prepayment} yuan",
    ),
)
PREMIUM_BELOW_GRADE = Refusal(
    "agreement.premium_below_grade",
    "REG-25",
    Text(
        "靓号{subject}的承诺低于其等级（预存{prepayment}元、{months}个月、月最低{minimum}元），须填写审批文号",
        "{subject} is promised below its grade ({prepayment} yuan, {months} months, {minimum} yuan a month): "
        "the reference of an approval is needed",
    ),
)
PREMIUM_IN_USE = Refusal(
    "agreement.premium_in_use",
    "P2-02",
    Text(
        "靓号{subject}已在子用户号码表中，不能取消预存约定",
        "Premium number {subject} stands in a member sheet: its commitment cannot be dropped",
    ),
)
ANOTHER_ORGANIZATION = Refusal(
    "agreement.another_organization",
    "",
    Text("不能更换协议的甲方", "The customer of an agreement cannot be exchanged"),
)


@dataclass(frozen=True, slots=True)
class TermsFacts:
    """What the terms are judged on.

    `held` are numbers that this agreement has reserved already or the counter keeps for its organisation; `grades`
    are those of premium numbers, by code.
    """

    branch_id: int
    plan: OfferingView | None
    priced: bool
    terminals: Mapping[str, TerminalModelView]
    inventory: Mapping[str, NumberView]
    held: Collection[str] = frozenset()
    grades: Mapping[str, GradeView] = field(default_factory=dict)


def state_refusals(state: AgreementState, allowed: Collection[AgreementState]) -> tuple[Refusal, ...]:
    """Why something cannot be done in `state`."""
    words = AGREEMENT_STATE_NAMES[state]
    return () if state in allowed else (WRONG_STATE.filled(state=words.zh, state_en=words.en),)


def event_refusals(state: AgreementState, event: AgreementEvent) -> tuple[Refusal, ...]:
    """Why `event` cannot happen in `state` (domain 8.4)."""
    return state_refusals(state, AGREEMENT_LIFE.sources(event))


def release_schedule(prepayment: Decimal, months: int) -> tuple[Decimal, ...]:
    """What is released in each month: equal, down to the fen, the last month takes the rest (P2-09)."""
    each = fen_down(prepayment / months)
    return (*(each for _ in range(months - 1)), prepayment - each * (months - 1))


def schedule_of(premium: PremiumTerms) -> tuple[Decimal, ...]:
    """What a premium number's deposit releases month by month: as agreed, or else alike (P2-09)."""
    return premium.releases or release_schedule(premium.prepayment, premium.months)


def unsupported_features(plan: OfferingView, terminal: TerminalModelView) -> tuple[str, ...]:
    """Features of a plan that a terminal lacks, in the plan's order (P2-17)."""
    return tuple(feature for feature in plan.features if feature not in terminal.features)


def needs_first_month(plan: OfferingView) -> bool:
    """Whether a line on `plan` must have a first-month mode (P2-04)."""
    return plan.technology.lower() != WITHOUT_FIRST_MONTH


def terms_refusals(terms: AgreementTerms, facts: TermsFacts) -> tuple[Refusal, ...]:
    """Every reason against `terms` (P2-01 … P2-17, P2-27)."""
    return (
        *_plan_refusals(terms, facts),
        *_frame_refusals(terms),
        *_terminal_refusals(terms, facts),
        *_premium_refusals(terms.premiums, facts),
    )


def _plan_refusals(terms: AgreementTerms, facts: TermsFacts) -> Iterable[Refusal]:
    plan = facts.plan
    if plan is None or plan.kind is not OfferingKind.PLAN:
        yield UNKNOWN_PLAN.about(terms.plan_code)
    else:
        if not facts.priced:
            yield PLAN_UNPRICED.about(plan.code)
        if not terms.first_month_mode and needs_first_month(plan):
            yield FIRST_MONTH_MISSING
    if terms.first_month_mode and terms.first_month_mode not in [*FirstMonthMode]:
        yield FIRST_MONTH_UNKNOWN.about(terms.first_month_mode)


def _frame_refusals(terms: AgreementTerms) -> Iterable[Refusal]:
    if not 1 <= terms.term_years <= LONGEST_TERM:
        yield TERM_OUT_OF_RANGE
    if terms.minimum_members < MINIMUM_MEMBERS:
        yield TOO_FEW_MEMBERS
    if terms.data_cap_gb is not None and not 1 <= terms.data_cap_gb <= 1000:
        yield CAP_OUT_OF_RANGE


def _terminal_refusals(terms: AgreementTerms, facts: TermsFacts) -> Iterable[Refusal]:
    terminal = facts.terminals.get(terms.terminal_model)
    if terms.terminal_model and terminal is None:
        yield UNKNOWN_TERMINAL.about(terms.terminal_model)
        return
    lacking = unsupported_features(facts.plan, terminal) if facts.plan and terminal else ()
    for feature in lacking:
        if feature not in terms.unsupported_features:
            yield FEATURE_UNCONFIRMED.about(feature, terminal=terms.terminal_model)
    for feature in terms.unsupported_features:
        if feature not in lacking:
            yield FEATURE_SUPPORTED.about(feature)


def _premium_refusals(premiums: Iterable[PremiumTerms], facts: TermsFacts) -> Iterable[Refusal]:
    counted = Counter(premium.number for premium in premiums)
    yield from (PREMIUM_TWICE.about(number) for number, count in counted.items() if count > 1)
    yield from reserve_refusals(
        [number for number in counted if number not in facts.held], facts.inventory, (facts.branch_id,)
    )
    for premium in premiums:
        number = facts.inventory.get(premium.number)
        if number is not None and not number.grade:
            yield PREMIUM_ORDINARY.about(premium.number)
        elif number is not None and number.grade != premium.grade:
            yield PREMIUM_GRADE_WRONG.about(premium.number, grade=number.grade)
        if not (_exact(premium.prepayment) and premium.prepayment > 0 and _exact(premium.minimum_monthly)):
            yield PREMIUM_AMOUNT_WRONG.about(premium.number)
        elif not 1 <= premium.months <= LONGEST_RELEASE or premium.prepayment / premium.months < FEN:
            yield PREMIUM_MONTHS_WRONG.about(premium.number, longest=LONGEST_RELEASE)
        else:
            yield from _release_refusals(premium)
            if number is not None and number.grade in facts.grades:
                yield from _below_grade(premium, facts.grades[number.grade])


def _below_grade(premium: PremiumTerms, grade: GradeView) -> Iterable[Refusal]:
    """Less than the grade asks is asked with an approval only (REG-25)."""
    below = (
        premium.prepayment < grade.prepayment
        or premium.months < grade.months
        or premium.minimum_monthly < grade.minimum_monthly
    )
    if below and not premium.approval.strip():
        yield PREMIUM_BELOW_GRADE.about(
            premium.number,
            prepayment=grade.prepayment,
            months=grade.months,
            minimum=grade.minimum_monthly,
        )


def _release_refusals(premium: PremiumTerms) -> Iterable[Refusal]:
    """The releases that were agreed are one a month and make up the deposit (P2-09)."""
    releases = premium.releases
    whole = all(_exact(amount) for amount in releases)
    if releases and not (whole and len(releases) == premium.months and sum(releases) == premium.prepayment):
        yield RELEASES_DO_NOT_ADD_UP.about(
            premium.number,
            months=premium.months,
            prepayment=premium.prepayment,
            count=len(releases),
            sum=sum(releases),
        )


def _exact(amount: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount <= LARGEST_PREPAYMENT and amount == fen_down(amount)
