"""预约 (S11): what a booked order waits for, and carrying out those whose day has come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from trunkline.counter import desk
from trunkline.counter.facts import LinesFacts
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard
from trunkline.ordering.queries import order, orders_due
from trunkline.ordering.types import Condition, Waits
from trunkline.security.types import Actor

#: Days after its day on which a booked order is given up when it could not be carried out.
GRACE_DAYS = 30
#: Days that an order waits for a channel which can carry it out.
CHANNEL_DAYS = 90

FIELDS = (
    Field(
        "trigger",
        Text("预约条件", "What it waits for"),
        FieldKind.CHOICE,
        (
            (Waits.DATE.value, Text("到指定日期", "A day")),
            (Waits.AGREEMENT_END.value, Text("老产品协议期满", "The end of the agreement")),
            (Waits.CHANNEL.value, Text("由具备条件的渠道办理", "A channel that can do it")),
        ),
        clause="S11-D",
    ),
    Field("on", Text("指定日期", "Day"), FieldKind.DATE, required=False, clause="S11-D"),
)
DAY_NEEDED = Refusal(
    "booking.day_needed",
    "S11-D",
    Text("按日期预约的，须填写今天以后的日期", "A booking for a day needs a day after today"),
)
NO_AGREEMENT = Refusal(
    "booking.no_agreement",
    "S11-D",
    Text(
        "所选号码没有在期协议，不能按协议期满预约",
        "None of the lines stands under an agreement that could end",
    ),
)


def _day_ahead(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    details = around.request.details
    if around.keys or details.get("trigger") != Waits.DATE:
        return ()
    day = date.fromisoformat(details["on"]) if "on" in details else None
    return () if day is not None and day > local_date(around.at) else (DAY_NEEDED,)


def _agreement_to_end(around: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    if around.keys or around.request.details.get("trigger") != Waits.AGREEMENT_END:
        return ()
    return () if _last_day(facts) is not None else (NO_AGREEMENT,)


def _last_day(facts: LinesFacts) -> date | None:
    """The last day of the longest agreement that binds one of the lines."""
    days = [one.agreement.ends_on for one in facts.lines if one.agreement and one.agreement.ends_on]
    return max(days) if days else None


GUARDS: tuple[Guard[LinesFacts], ...] = (
    Guard("booked_for_a_day_ahead", "S11-D", DAY_NEEDED.text, _day_ahead),
    Guard("agreement_can_end", "S11-D", NO_AGREEMENT.text, _agreement_to_end),
)


def condition(around: Circumstances, facts: LinesFacts) -> Condition:
    """What a booked order waits for: a day, the day after the agreement, or a channel that can do it (S11-D)."""
    waits = Waits(around.request.details["trigger"])
    if waits is Waits.CHANNEL:
        return Condition(waits, None, local_date(around.at) + timedelta(days=CHANNEL_DAYS))
    if waits is Waits.DATE:
        day = date.fromisoformat(around.request.details["on"])
    else:
        last = _last_day(facts)
        if last is None:
            raise ValueError("an order that waits for an agreement's end was not guarded")
        day = last + timedelta(days=1)
    return Condition(waits, day, day + timedelta(days=GRACE_DAYS))


def carry_out_due(*, actor: Actor, at: datetime) -> int:
    """Release the booked orders whose day has come and give up those whose time is over; returns how many."""
    today = local_date(at)
    due = orders_due(today)
    for order_id in due:
        booked = order(order_id).condition
        ready = booked is not None and booked.on is not None and booked.on <= today
        verb = desk.release if ready else desk.cancel
        verb(order_id=order_id, actor=actor, at=at)
    return len(due)
