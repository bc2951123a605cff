"""Pure rules of the counter's leases and of the queues for numbers (P1-07)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from trunkline.catalog.parameters import Parameter, whole_number
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.rules import LEASE_OVER, OTHER_STOCK, UNKNOWN
from trunkline.numbering.types import (
    NUMBER_STATE_NAMES,
    LeasePurpose,
    NumberState,
    NumberView,
    ReservationView,
    WaitingView,
)

_HOURS = whole_number(1, 720)
_HOUR = Text("小时", "hours")
COUNTER_LEASE_HOURS = Parameter(
    "number.counter_lease_hours",
    "P1-07",
    Text("柜台预占号码的时限", "How long a number is reserved at the counter"),
    _HOURS,
    default=24,
    unit=_HOUR,
)
WAITING_LEASE_HOURS = Parameter(
    "number.waiting_lease_hours",
    "P1-07",
    Text("候补到号后保留的时限", "How long a number is kept for whoever waited for it"),
    _HOURS,
    default=24,
    unit=_HOUR,
)
LONGEST_QUEUE = Parameter(
    "number.longest_queue",
    "P1-07",
    Text("一个号码的候补名额", "How many may wait for one number"),
    whole_number(1, 100),
    default=10,
)

FREE = Refusal(
    "number.free",
    "P1-07",
    Text("号码{subject}空闲，可直接预占，不必候补", "{subject} is idle: reserve it instead of waiting"),
)
NOT_COMING = Refusal(
    "number.not_coming",
    "P1-07",
    Text(
        "号码{subject}不能候补：{state}；只有预占或冻结的号码可以候补",
        "Nobody can wait for {subject}: {state_en}. Only reserved and frozen numbers come free",
    ),
)
WAITS_ALREADY = Refusal(
    "number.waits_already",
    "P1-07",
    Text("该单位已在候补号码{subject}", "This organisation waits for {subject} already"),
)
HELD_ALREADY = Refusal(
    "number.held_already",
    "P1-07",
    Text("号码{subject}已为该单位预占", "{subject} is reserved for this organisation already"),
)
QUEUE_FULL = Refusal(
    "number.queue_full",
    "P1-07",
    Text("号码{subject}的候补名额已满：{most}个", "The queue for {subject} is full: {most}"),
)
NOT_WAITING = Refusal(
    "number.not_waiting",
    "P1-07",
    Text("该单位没有候补号码{subject}", "This organisation does not wait for {subject}"),
)
NOT_LEASED = Refusal(
    "number.not_leased",
    "P1-07",
    Text("号码{subject}没有柜台预占", "{subject} is not reserved at the counter"),
)
EXTENDED_ALREADY = Refusal(
    "number.extended_already",
    "P1-07",
    Text("号码{subject}的预占已延长过一次", "The reservation of {subject} was extended once already"),
)
WAITED_FOR = Refusal(
    "number.waited_for",
    "P1-07",
    Text(
        "号码{subject}有{count}个单位候补，预占不得延长",
        "{count} wait for {subject}: its reservation cannot be extended",
    ),
)


def customer_holder(organization_id: int) -> str:
    """What a lease for an organisation is held for."""
    return f"organization:{organization_id}"


def organization_of(holder: str) -> int | None:
    """The organisation that a lease is held for, or None for another holder."""
    kind, _, key = holder.partition(":")
    return int(key) if kind == "organization" else None


def waiting_refusals(
    number: str,
    view: NumberView | None,
    holder: str | None,
    queue: Sequence[WaitingView],
    *,
    organization_id: int,
    branch_ids: Collection[int],
    longest: int,
) -> tuple[Refusal, ...]:
    """Why an organisation cannot queue for a number that `holder` has, with `queue` before it."""
    if view is None:
        return (UNKNOWN.about(number),)
    found: list[Refusal] = []
    if view.branch_id not in branch_ids:
        found.append(OTHER_STOCK.about(number))
    if view.state is NumberState.IDLE:
        found.append(FREE.about(number))
    elif view.state not in {NumberState.RESERVED, NumberState.FROZEN}:
        words = NUMBER_STATE_NAMES[view.state]
        found.append(NOT_COMING.about(number, state=words.zh, state_en=words.en))
    if holder == customer_holder(organization_id):
        found.append(HELD_ALREADY.about(number))
    if any(place.organization_id == organization_id for place in queue):
        found.append(WAITS_ALREADY.about(number))
    elif len(queue) >= longest:
        found.append(QUEUE_FULL.about(number, most=longest))
    return tuple(found)


def extension_refusals(
    number: str, lease: ReservationView | None, queue: Sequence[WaitingView], at: datetime
) -> tuple[Refusal, ...]:
    """Why a lease cannot be extended: none of the counter's, run out, extended before, or others wait."""
    if lease is None or lease.purpose not in set(LeasePurpose):
        return (NOT_LEASED.about(number),)
    found: list[Refusal] = []
    if lease.expires_at <= at:
        found.append(LEASE_OVER.about(number, until=local_date(lease.expires_at).isoformat()))
    if lease.extended_at is not None:
        found.append(EXTENDED_ALREADY.about(number))
    if queue:
        found.append(WAITED_FOR.about(number, count=len(queue)))
    return tuple(found)
