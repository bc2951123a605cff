"""Pure rules of installed products: deadlines, billing start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from trunkline.installations.types import BillingRule, TaskKind
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.kernel.workdays import workdays_after

#: By which part of the whole time each step must be through.
_SHARES = {
    TaskKind.RESOURCE_CHECK: Fraction(1, 4),
    TaskKind.RESOURCE_ASSIGNMENT: Fraction(2, 5),
    TaskKind.CONSTRUCTION: Fraction(7, 10),
    TaskKind.JOINT_TEST: Fraction(17, 20),
    TaskKind.CUSTOMER_ACCEPTANCE: Fraction(1),
    TaskKind.BILLING_START: Fraction(1),
}
#: What building where there is no fibre adds, in workdays (domain 4.3).
CONSTRUCTION_WORKDAYS = 20

WORDS_NEEDED = Refusal(
    "installation.words_needed", "S99-1", Text("须填写原因或结果", "Say why, or what came of it")
)
LONGEST_EXCUSE = 365
EXCUSE_OUT_OF_RANGE = Refusal(
    "installation.excuse_out_of_range",
    "REG-03",
    Text("客户原因天数应在0至{most}之间", "The days of the customer's fault must be from 0 to {most}"),
)
NOT_NOW = Refusal(
    "installation.not_now",
    "S99-1",
    Text("{subject}目前为“{state}”，不能办理此项操作", "This cannot be done: {subject} is “{state_en}”"),
)
UNKNOWN_INSTALLATION = Refusal(
    "installation.unknown", "", Text("没有这个产品实例：{subject}", "No such installed product: {subject}")
)
UNKNOWN_TASK = Refusal("task.unknown", "", Text("没有这项任务：{subject}", "No such task: {subject}"))
IN_THE_PAST = Refusal(
    "installation.in_the_past",
    "S99-1",
    Text("新月租费须从今天以后起执行", "A new monthly fee begins after today"),
)


def task_workdays(workdays: int) -> dict[TaskKind, int]:
    """By which workday after acceptance each step must be through, of so many in all."""
    return {kind: ceil(workdays * share) for kind, share in _SHARES.items()}


def deadlines(ordered_on: date, workdays: int, calendar: Mapping[date, bool]) -> dict[TaskKind, date]:
    """The last day in time for each step."""
    return {
        kind: workdays_after(ordered_on, count, calendar) for kind, count in task_workdays(workdays).items()
    }


def billing_start(rule: BillingRule, *, opened_on: date, accepted_on: date, notice_days: int | None) -> date:
    """起租日: the day of the customer's acceptance, or so many days after the notice of opening.

    The notice is given on the day the joint test succeeds.
    """
    if rule is BillingRule.ACCEPTANCE:
        return accepted_on
    return opened_on + timedelta(days=notice_days or 0)
