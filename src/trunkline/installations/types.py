"""Words of installed products and of the work on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions


class InstallationState(StrEnum):
    """Where an installed product stands in the life of a circuit order (domain 5)."""

    ORDERED = "ordered"
    CHECKED = "checked"
    ASSIGNED = "assigned"
    BUILT = "built"
    TESTED = "tested"
    ACCEPTED = "accepted"
    IN_SERVICE = "in_service"
    REMOVED = "removed"
    CANCELLED = "cancelled"


INSTALLATION_STATE_NAMES = {
    InstallationState.ORDERED: Text("已受理", "Ordered"),
    InstallationState.CHECKED: Text("资源已核查", "Resources checked"),
    InstallationState.ASSIGNED: Text("资源已分配", "Resources assigned"),
    InstallationState.BUILT: Text("施工完成", "Built"),
    InstallationState.TESTED: Text("联调完成", "Tested"),
    InstallationState.ACCEPTED: Text("客户已验收", "Accepted by the customer"),
    InstallationState.IN_SERVICE: Text("在网", "In service"),
    InstallationState.REMOVED: Text("已拆除", "Removed"),
    InstallationState.CANCELLED: Text("已撤销", "Cancelled"),
}


class TaskKind(StrEnum):
    """The steps from acceptance to service, in their order."""

    RESOURCE_CHECK = "resource_check"
    RESOURCE_ASSIGNMENT = "resource_assignment"
    CONSTRUCTION = "construction"
    JOINT_TEST = "joint_test"
    CUSTOMER_ACCEPTANCE = "customer_acceptance"
    BILLING_START = "billing_start"


TASK_NAMES = {
    TaskKind.RESOURCE_CHECK: Text("资源核查", "Resource check"),
    TaskKind.RESOURCE_ASSIGNMENT: Text("资源分配", "Resource assignment"),
    TaskKind.CONSTRUCTION: Text("施工/数据", "Construction and data"),
    TaskKind.JOINT_TEST: Text("联调测试", "Joint test"),
    TaskKind.CUSTOMER_ACCEPTANCE: Text("客户验收", "Customer acceptance"),
    TaskKind.BILLING_START: Text("起租", "Billing start"),
}

#: The role that answers for each step.
RESPONSIBLE = {
    TaskKind.RESOURCE_CHECK: "network_engineer",
    TaskKind.RESOURCE_ASSIGNMENT: "network_engineer",
    TaskKind.CONSTRUCTION: "network_engineer",
    TaskKind.JOINT_TEST: "network_engineer",
    TaskKind.CUSTOMER_ACCEPTANCE: "account_manager",
    TaskKind.BILLING_START: "billing_officer",
}


class InstallationEvent(StrEnum):
    """What can happen to an installed product: each step done, and its end."""

    RESOURCE_CHECK = "resource_check"
    RESOURCE_ASSIGNMENT = "resource_assignment"
    CONSTRUCTION = "construction"
    JOINT_TEST = "joint_test"
    CUSTOMER_ACCEPTANCE = "customer_acceptance"
    BILLING_START = "billing_start"
    CHANGE = "change"
    REMOVE = "remove"
    CANCEL = "cancel"


_STATE, _EVENT = InstallationState, InstallationEvent
#: Domain 5: 受理 → 资源核查 → 资源分配 → 施工/数据 → 联调测试 → 客户验收 → 起租 → 在网 → 变更 → 拆除.
INSTALLATION_LIFE: Transitions[InstallationState, InstallationEvent] = Transitions(
    (
        (_STATE.ORDERED, _EVENT.RESOURCE_CHECK, _STATE.CHECKED),
        (_STATE.CHECKED, _EVENT.RESOURCE_ASSIGNMENT, _STATE.ASSIGNED),
        (_STATE.ASSIGNED, _EVENT.CONSTRUCTION, _STATE.BUILT),
        (_STATE.BUILT, _EVENT.JOINT_TEST, _STATE.TESTED),
        (_STATE.TESTED, _EVENT.CUSTOMER_ACCEPTANCE, _STATE.ACCEPTED),
        (_STATE.ACCEPTED, _EVENT.BILLING_START, _STATE.IN_SERVICE),
        (_STATE.IN_SERVICE, _EVENT.CHANGE, _STATE.IN_SERVICE),
        (_STATE.IN_SERVICE, _EVENT.REMOVE, _STATE.REMOVED),
        (_STATE.ORDERED, _EVENT.CANCEL, _STATE.CANCELLED),
        (_STATE.CHECKED, _EVENT.CANCEL, _STATE.CANCELLED),
        (_STATE.ASSIGNED, _EVENT.CANCEL, _STATE.CANCELLED),
        (_STATE.BUILT, _EVENT.CANCEL, _STATE.CANCELLED),
        (_STATE.TESTED, _EVENT.CANCEL, _STATE.CANCELLED),
    )
)


class TaskState(StrEnum):
    """待前序、待办、已完成、未通过、已撤销."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


TASK_STATE_NAMES = {
    TaskState.WAITING: Text("待前序", "Waiting"),
    TaskState.OPEN: Text("待办", "Open"),
    TaskState.DONE: Text("已完成", "Done"),
    TaskState.FAILED: Text("未通过", "Failed"),
    TaskState.CANCELLED: Text("已撤销", "Cancelled"),
}


class TaskEvent(StrEnum):
    """What can happen to a task."""

    OPEN = "open"
    FINISH = "finish"
    FAIL = "fail"
    REOPEN = "reopen"
    CANCEL = "cancel"


TASK_LIFE: Transitions[TaskState, TaskEvent] = Transitions(
    (
        (TaskState.WAITING, TaskEvent.OPEN, TaskState.OPEN),
        (TaskState.OPEN, TaskEvent.FINISH, TaskState.DONE),
        (TaskState.OPEN, TaskEvent.FAIL, TaskState.FAILED),
        (TaskState.FAILED, TaskEvent.REOPEN, TaskState.OPEN),
        (TaskState.WAITING, TaskEvent.CANCEL, TaskState.CANCELLED),
        (TaskState.OPEN, TaskEvent.CANCEL, TaskState.CANCELLED),
        (TaskState.FAILED, TaskEvent.CANCEL, TaskState.CANCELLED),
    )
)


class Happening(StrEnum):
    """An entry of the timeline."""

    ORDERED = "ordered"
    FINISHED = "finished"
    FAILED = "failed"
    REOPENED = "reopened"
    CHANGED = "changed"
    REMOVED = "removed"
    CANCELLED = "cancelled"
    EXCUSED = "excused"


HAPPENING_NAMES = {
    Happening.ORDERED: Text("受理", "Ordered"),
    Happening.FINISHED: Text("完成", "Done"),
    Happening.FAILED: Text("未通过", "Failed"),
    Happening.REOPENED: Text("重新办理", "Taken up again"),
    Happening.CHANGED: Text("变更", "Changed"),
    Happening.REMOVED: Text("拆除", "Removed"),
    Happening.CANCELLED: Text("撤销", "Cancelled"),
    Happening.EXCUSED: Text("扣除客户原因天数", "Days of the customer's fault left out"),
}


class BillingRule(StrEnum):
    """起租规则 (domain 5)."""

    ACCEPTANCE = "acceptance"
    NOTICE = "notice"


BILLING_RULE_NAMES = {
    BillingRule.ACCEPTANCE: Text("客户验收之日起租", "From the customer's acceptance"),
    BillingRule.NOTICE: Text("开通通知后若干天起租", "Some days after the notice of opening"),
}


class SlaGrade(StrEnum):
    """业务保障等级 (domain 4.3)."""

    AAA = "aaa"
    AA = "aa"
    A = "a"
    NORMAL = "normal"


SLA_NAMES = {
    SlaGrade.AAA: Text("AAA级", "AAA"),
    SlaGrade.AA: Text("AA级", "AA"),
    SlaGrade.A: Text("A级", "A"),
    SlaGrade.NORMAL: Text("普通级", "Normal"),
}


class PlaceKind(StrEnum):
    """What is asked for more than once."""

    A_END = "a_end"
    Z_END = "z_end"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class NewPlace:
    """An end, or one record of the product's list, with its values."""

    kind: PlaceKind
    ordinal: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewInstallation:
    """A product to be brought into service. Fees in yuan with tax; `goods_part` of the one-time fee is for goods.

    `discount` is in percent off the list price. `notice_days` belong to `BillingRule.NOTICE`.
    """

    order_id: int
    organization_id: int
    branch_id: int
    branch_code: str
    account_id: int
    agreement_id: int | None
    specification: str
    letters: str
    characteristics: Mapping[str, str]
    places: tuple[NewPlace, ...]
    contract: str
    requested_on: date
    workdays: int
    billing_rule: BillingRule
    notice_days: int | None
    term_months: int
    one_time_fee: Decimal
    goods_part: Decimal
    monthly_fee: Decimal
    discount: int | None
    discount_approval: str
    sla: SlaGrade
    tax_class: str


@dataclass(frozen=True, slots=True)
class InstallationView:
    """An installed product. `due_on` is the last day in time for its opening; `billed_from` its 起租 day."""

    id: int
    number: str
    branch_id: int
    organization_id: int
    account_id: int
    agreement_id: int | None
    order_id: int
    specification: str
    characteristics: Mapping[str, str]
    contract: str
    requested_on: date
    due_on: date
    billing_rule: BillingRule
    notice_days: int | None
    term_months: int
    one_time_fee: Decimal
    goods_part: Decimal
    monthly_fee: Decimal
    discount: int | None
    discount_approval: str
    sla: SlaGrade
    tax_class: str
    state: InstallationState
    ordered_at: datetime
    opened_on: date | None
    accepted_on: date | None
    billed_from: date | None
    removed_on: date | None
    excused_days: int

    def late_days(self, today: date) -> int:
        """By how many days it was opened late through the operator's fault, or is late by now (REG-03)."""
        return late_days(self.due_on, self.opened_on or today, self.excused_days)


def late_days(due_on: date, opened_on: date, excused: int) -> int:
    """Days after the last day in time, without those that were the customer's fault (REG-03)."""
    return max((opened_on - due_on).days - excused, 0)


@dataclass(frozen=True, slots=True)
class PlaceView:
    """An end or a record."""

    kind: PlaceKind
    ordinal: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TaskView:
    """A step of the work on one product."""

    id: int
    installation_id: int
    number: str
    specification: str
    organization_id: int
    kind: TaskKind
    role: str
    state: TaskState
    due_on: date
    finished_at: datetime | None
    words: str

    def late(self, today: date) -> bool:
        """Whether it should have been done before today."""
        return self.state in (TaskState.WAITING, TaskState.OPEN, TaskState.FAILED) and self.due_on < today


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened, with what was written and by whom."""

    at: datetime
    happening: Happening
    kind: TaskKind | None
    words: str
    staff_id: int


@dataclass(frozen=True, slots=True)
class RatePeriod:
    """A monthly fee in force from a day, until a day that is not in it (None: lasting)."""

    monthly_fee: Decimal
    reference: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Charged:
    """A product as the bill run sees it: its fees, and the month in which its billing start was confirmed.

    `late_days` is by how many days it was opened late through the operator's fault (REG-03).
    """

    number: str
    account_id: int
    specification: str
    tax_class: str
    contract: str
    one_time_fee: Decimal
    goods_part: Decimal
    billed_from: date
    confirmed: Month
    late_days: int
    rates: tuple[RatePeriod, ...]
