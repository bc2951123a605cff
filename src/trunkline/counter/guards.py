"""Guards that several items share. Each carries the clause of the item it stands in, and says where it is inferred."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from trunkline.agreements.types import HANDSET_KINDS, Restriction
from trunkline.catalog.types import PaymentMode
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.types import Arrangement
from trunkline.ordering.item import Circumstances, Guard, LineGuard, Origin
from trunkline.subscriptions.types import LifePhase, LineState, NameType, StopCause


def guard(
    code: str,
    clause: str,
    text: Text,
    speaks_against: Callable[[Circumstances, LineFacts], bool],
    *,
    origin: Origin = Origin.SOURCE,
    **values: Callable[[LineFacts], object],
) -> LineGuard[LinesFacts, LineFacts]:
    """A guard that refuses a line with one sentence when `speaks_against` it; `values` fill the sentence in."""

    def check(around: Circumstances, _: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
        if not speaks_against(around, chosen):
            return ()
        filled = text.format(
            number=chosen.line.number, **{name: value(chosen) for name, value in values.items()}
        )
        return (Refusal(f"line.{code}", clause, filled, chosen.line.number),)

    return LineGuard(code, clause, text, check, origin)


# Every item on lines.

INDIVIDUAL_NAME = Text(
    "号码{number}以个人名称开户，按照公众业务规则办理",
    "{number} is in an individual's name: the rules for the public apply",
)
LINE_UNKNOWN = Refusal(
    "line.unknown", "", Text("没有这个用户：{subject}", "There is no such line: {subject}")
)


def _known(_: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    return [LINE_UNKNOWN.about(str(id_)) for id_ in facts.unknown]


ALWAYS: tuple[tuple[Guard[LinesFacts], ...], tuple[LineGuard[LinesFacts, LineFacts], ...]] = (
    (Guard("known_lines", "X-A1", LINE_UNKNOWN.text, _known),),
    (
        guard(
            "of_the_organisation",
            "X-A1",
            Text("号码{number}不属于该集团客户", "{number} is not one of the organisation's lines"),
            lambda around, one: one.line.organization_id != around.organization.id,
        ),
        guard(
            "in_use",
            "X-A1",
            Text("号码{number}不在用，不能办理", "{number} is not in use"),
            lambda _, one: one.line.state is not LineState.ACTIVE,
        ),
        guard(
            "organisation_name",
            "X-A2",
            INDIVIDUAL_NAME,
            lambda _, one: one.line.name_type is NameType.INDIVIDUAL,
        ),
    ),
)


# Money.


def no_arrears(clause: str, *, origin: Origin = Origin.SOURCE) -> LineGuard[LinesFacts, LineFacts]:
    """X-G1: what fell due must be paid first."""
    return guard(
        "no_arrears",
        clause,
        Text("号码{number}欠费{amount}元，须先交清", "{number} owes {amount} yuan, to be paid first"),
        lambda _, one: one.overdue > ZERO,
        origin=origin,
        amount=lambda one: one.overdue,
    )


def settled(clause: str, *, origin: Origin = Origin.SOURCE) -> LineGuard[LinesFacts, LineFacts]:
    """All that was billed must be paid, due or not (S02-G2, S05-G3)."""
    return guard(
        "settled",
        clause,
        Text(
            "号码{number}的账户尚有{amount}元未结清", "The account of {number} is not settled: {amount} yuan"
        ),
        lambda _, one: one.owed > ZERO,
        origin=origin,
        amount=lambda one: one.owed,
    )


def not_blacklisted(clause: str, *, origin: Origin = Origin.SOURCE) -> LineGuard[LinesFacts, LineFacts]:
    """S24-G1: a customer on the blacklist pays first."""
    return guard(
        "not_blacklisted",
        clause,
        Text("客户在黑名单内，须交清欠费后办理", "The customer is on the blacklist and must pay first"),
        lambda around, _: around.organization.blacklisted,
        origin=origin,
    )


# Agreements.


def not_restricted(clause: str, restriction: Restriction, text: Text) -> LineGuard[LinesFacts, LineFacts]:
    """X-G2, P2-13: what the agreement in force forbids."""
    return guard(
        f"agreement_allows_{restriction.value}",
        clause,
        text,
        lambda _, one: one.agreement is not None and restriction in one.agreement.restrictions,
        agreement=lambda one: one.agreement.number if one.agreement else "",
    )


def no_premium_rule(clause: str, *, origin: Origin = Origin.SOURCE) -> LineGuard[LinesFacts, LineFacts]:
    """S03-G3 靓号规则: a number under a premium commitment stays."""
    return guard(
        "no_premium_rule",
        clause,
        Text("号码{number}受靓号规则限制", "{number} is bound by the rules of premium numbers"),
        lambda _, one: one.premium,
        origin=origin,
    )


def no_subsidy(clause: str) -> LineGuard[LinesFacts, LineFacts]:
    """S03-G3 补贴协议未到期."""
    return guard(
        "no_subsidy",
        clause,
        Text(
            "号码{number}的补贴协议{agreement}未到期（至{until}）",
            "The subsidy agreement {agreement} of {number} runs until {until}",
        ),
        lambda _, one: one.agreement is not None and one.agreement.business_kind in HANDSET_KINDS,
        agreement=lambda one: one.agreement.number if one.agreement else "",
        until=lambda one: one.agreement.ends_on if one.agreement else "",
    )


def no_marketing_policy(clause: str) -> LineGuard[LinesFacts, LineFacts]:
    """S03-G3 营销政策."""
    return guard(
        "no_marketing_policy",
        clause,
        Text("号码{number}受营销政策限制，不能改号", "{number} must be kept under a marketing policy"),
        lambda _, one: one.agreement is not None and Restriction.CHANGE_NUMBER in one.agreement.restrictions,
    )


def no_agreement_in_term(clause: str) -> LineGuard[LinesFacts, LineFacts]:
    """S05-G2, S13-G3: nothing while the agreement runs."""
    return guard(
        "no_agreement_in_term",
        clause,
        Text(
            "号码{number}在协议{agreement}的协议期内（至{until}），不能办理",
            "{number} is within the term of agreement {agreement} (until {until})",
        ),
        lambda _, one: one.agreement is not None,
        agreement=lambda one: one.agreement.number if one.agreement else "",
        until=lambda one: one.agreement.ends_on if one.agreement else "",
    )


# Stops.


def _stopped_by(*causes: StopCause) -> Callable[[Circumstances, LineFacts], bool]:
    return lambda _, one: any(cause in one.line.stop_causes for cause in causes)


def not_suspended(clause: str, *, origin: Origin = Origin.SOURCE) -> LineGuard[LinesFacts, LineFacts]:
    """Not while the number is only kept (停机保号)."""
    return guard(
        "not_suspended",
        clause,
        Text("号码{number}已停机保号，不能办理", "{number} is suspended with its number kept"),
        _stopped_by(StopCause.VOLUNTARY),
        origin=origin,
    )


def not_lost(clause: str, *, origin: Origin = Origin.SOURCE) -> LineGuard[LinesFacts, LineFacts]:
    """Not while the card is reported lost (挂失)."""
    return guard(
        "not_lost",
        clause,
        Text("号码{number}已挂失，不能办理", "{number} is reported lost"),
        _stopped_by(StopCause.LOSS),
        origin=origin,
    )


def postpaid_not_stopped(clause: str) -> LineGuard[LinesFacts, LineFacts]:
    """S12-G2: a postpaid line neither suspended nor lost."""
    return guard(
        "postpaid_not_stopped",
        clause,
        Text(
            "后付费用户{number}在停机保号或挂失状态，不能办理",
            "The postpaid line {number} is suspended or reported lost",
        ),
        lambda _, one: (
            one.plan is not None
            and one.plan.payment_mode is PaymentMode.POSTPAID
            and bool({StopCause.VOLUNTARY, StopCause.LOSS} & set(one.line.stop_causes))
        ),
    )


def stopped_by(clause: str, cause: StopCause, text: Text) -> LineGuard[LinesFacts, LineFacts]:
    """Only for lines that are stopped for this cause."""
    return guard(f"is_stopped_{cause.value}", clause, text, lambda _, one: cause not in one.line.stop_causes)


def not_stopped_by(clause: str, cause: StopCause, text: Text) -> LineGuard[LinesFacts, LineFacts]:
    """Not for lines that are stopped for this cause already."""
    return guard(f"not_stopped_{cause.value}", clause, text, lambda _, one: cause in one.line.stop_causes)


# Prepaid life cycle and numbers.


def not_in_phase(clause: str, *phases: LifePhase) -> LineGuard[LinesFacts, LineFacts]:
    """S12-G3: not in these phases of the prepaid life cycle."""
    return guard(
        "not_in_phase",
        clause,
        Text(
            "预付费用户{number}处于充值期或锁定期，不能办理",
            "The prepaid line {number} is in its recharge or lock phase",
        ),
        lambda _, one: one.line.phase in phases,
    )


def no_number_arrangement(clause: str) -> LineGuard[LinesFacts, LineFacts]:
    """S03-G2: neither side of 移机不改号, nor a ported number."""
    return guard(
        "no_number_arrangement",
        clause,
        Text(
            "号码{number}为移机不改号或携入号码，不能换号",
            "{number} was moved without change or ported in, and cannot be changed",
        ),
        lambda _, one: one.number is not None and one.number.arrangement is not Arrangement.NONE,
    )
