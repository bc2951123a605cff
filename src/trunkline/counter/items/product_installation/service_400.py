"""What speaks against a 400 number (REG-16, REG-22, REG-23, REG-25): whose it is, who answers, how calls are shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.catalog.queries import parameter_on
from trunkline.installations.queries import count_installed
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering import queries as numbering
from trunkline.numbering.leases.rules import customer_holder
from trunkline.numbering.requests.rules import (
    MOST_PER_ORGANIZATION,
    NOT_A_400_NUMBER,
    TOO_MANY,
    is_400,
)
from trunkline.numbering.rules import LEASE_OVER
from trunkline.numbering.types import GradeView, ReservationView
from trunkline.ordering.fields import Records
from trunkline.ordering.item import Circumstances
from trunkline.ordering.products import ProductSpecification
from trunkline.subscriptions.queries import lines_by_number

NOT_KEPT = Refusal(
    "s99.number_not_kept",
    "P1-07",
    Text(
        "400号码{subject}没有为该单位预占，须先上报并由号码管理员预占",
        "{subject} is not reserved for this organisation: report it, and the number desk reserves it",
    ),
)
FOREIGN_ANSWER = Refusal(
    "s99.answer_number_foreign",
    "REG-22",
    Text("接听号码{subject}是其他单位的号码", "The answer number {subject} is another organisation's"),
)
PROOF_MISSING = Refusal(
    "s99.answer_proof_missing",
    "REG-22",
    Text(
        "接听号码{subject}不是该单位在网号码，须填写归属证明编号",
        "{subject} is no number that this organisation has with us: its proof of ownership is needed",
    ),
)
ROUTING_INCOMPLETE = Refusal(
    "s99.routing_incomplete",
    "REG-23",
    Text(
        "按{mode}接续的，每个接听号码都须填写{mode}",
        "Routing by {mode_en} needs the {mode_en} of every answer number",
    ),
)
SHARES_WRONG = Refusal(
    "s99.shares_wrong",
    "REG-23",
    Text("各接听号码的分配比例合计须为100%，现为{total}%", "The shares must come to 100%, not {total}%"),
)
COMMITMENT_TOO_LOW = Refusal(
    "s99.commitment_too_low",
    "REG-25",
    Text(
        "{subject}为{grade}，月最低消费不得低于{minimum}元，合同期不得少于{months}个月",
        "{subject} is {grade}: at least {minimum} yuan a month for at least {months} months",
    ),
)

#: What every answer number must say, by the way of routing.
_ROUTED_BY = {
    "hours": Text("时段", "hours"),
    "area": Text("地区", "area"),
    "share": Text("比例", "share"),
}


@dataclass(frozen=True, slots=True)
class ServiceNumberFacts:
    """What a 400 number is judged on.

    `answering` are the organisations of the answer numbers that lines of ours hold, by number; `has` counts the 400
    numbers that the organisation has in service or on order.
    """

    number: str
    lease: ReservationView | None
    grade: GradeView | None
    answering: Mapping[str, int]
    has: int
    most: int


Check = Callable[[Circumstances, ProductSpecification, ServiceNumberFacts], Iterable[Refusal]]


def load(around: Circumstances, product: ProductSpecification | None) -> ServiceNumberFacts | None:
    """The facts about the number that the request names; None for products that take none."""
    if product is None or not product.takes_400_number:
        return None
    number = around.request.details.get("number", "")
    view = numbering.numbers([number]).get(number)
    grades = {grade.code: grade for grade in numbering.grades()}
    answers = [values["number"] for values in _answers(around, product) if "number" in values]
    return ServiceNumberFacts(
        number=number,
        lease=numbering.reservation_of(number),
        grade=grades.get(view.grade) if view else None,
        answering={number: line.organization_id for number, line in lines_by_number(answers).items()},
        has=count_installed(around.organization.id, product.code),
        most=parameter_on(MOST_PER_ORGANIZATION, local_date(around.at)),
    )


def _answers(around: Circumstances, product: ProductSpecification) -> Sequence[Mapping[str, str]]:
    records, details = product.records, around.request.details
    if not isinstance(records, Records):
        return ()
    return [records.values_of(ordinal, details) for ordinal in records.ordinals(details)]


def number_kept(
    around: Circumstances, _: ProductSpecification, facts: ServiceNumberFacts
) -> Sequence[Refusal]:
    """REG-22, P1-07: one of our 400 numbers, reserved for the organisation, and still so."""
    if not facts.number:
        return []
    if not is_400(facts.number):
        return [NOT_A_400_NUMBER.about(facts.number)]
    lease = facts.lease
    if lease is None or lease.holder != customer_holder(around.organization.id):
        return [NOT_KEPT.about(facts.number)]
    if lease.expires_at <= around.at:
        return [LEASE_OVER.about(facts.number, until=local_date(lease.expires_at).isoformat())]
    return []


def answered_by_the_organisation(
    around: Circumstances, product: ProductSpecification, facts: ServiceNumberFacts
) -> Sequence[Refusal]:
    """REG-22: the answer numbers are the organisation's own, shown by our records or by a proof."""
    found = []
    for answer in _answers(around, product):
        number = answer.get("number", "")
        owner = facts.answering.get(number)
        if owner is not None and owner != around.organization.id:
            found.append(FOREIGN_ANSWER.about(number))
        elif number and owner is None and "proof" not in answer:
            found.append(PROOF_MISSING.about(number))
    return found


def routing_complete(
    around: Circumstances, product: ProductSpecification, _: ServiceNumberFacts
) -> Sequence[Refusal]:
    """REG-23: every answer number says what the chosen way of routing needs; shares come to the whole."""
    mode = around.request.details.get("routing", "")
    answers = _answers(around, product)
    if mode not in _ROUTED_BY:
        return []
    if any(mode not in answer for answer in answers):
        return [ROUTING_INCOMPLETE.filled(mode=_ROUTED_BY[mode].zh, mode_en=_ROUTED_BY[mode].en)]
    total = sum(int(answer["share"]) for answer in answers) if mode == "share" else 100
    return [] if total == 100 else [SHARES_WRONG.filled(total=total)]


def commitment_enough(
    around: Circumstances, _: ProductSpecification, facts: ServiceNumberFacts
) -> Sequence[Refusal]:
    """REG-25: a premium 400 number is had for no less, and for no shorter, than its grade asks."""
    details, grade = around.request.details, facts.grade
    if grade is None or not {"minimum_consumption", "term_months"} <= details.keys():
        return []
    low = Decimal(details["minimum_consumption"]) < grade.minimum_monthly
    if not low and int(details["term_months"]) >= grade.months:
        return []
    return [
        COMMITMENT_TOO_LOW.about(
            facts.number, grade=grade.name, minimum=grade.minimum_monthly, months=grade.months
        )
    ]


def within_limit(_: Circumstances, __: ProductSpecification, facts: ServiceNumberFacts) -> Sequence[Refusal]:
    """REG-16: no organisation has more than so many."""
    return [TOO_MANY.filled(most=facts.most, count=facts.has)] if facts.has >= facts.most else []
