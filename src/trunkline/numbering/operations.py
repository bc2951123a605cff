"""Verbs on numbers. Number rows are locked before reservations, in one order, so that sessions cannot deadlock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from trunkline.kernel.bulk import update_rows
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.numbering import queries
from trunkline.numbering.leases.passing import close_queues, pass_on
from trunkline.numbering.models import NumberGrade, NumberRange, Reservation
from trunkline.numbering.requests.following import follow
from trunkline.numbering.requests.types import RequestEvent
from trunkline.numbering.returning import end_porting, return_ported
from trunkline.numbering.rules import (
    IN_OTHER_HANDS,
    OTHER_STOCK,
    STOCK_EXHAUSTED,
    STOCKED_ALREADY,
    assign_refusals,
    freeze_refusals,
    grade_of,
    grade_refusals,
    holding_refusals,
    lease_refusals,
    range_refusals,
    reserve_refusals,
    stock_refusals,
)
from trunkline.numbering.types import (
    NUMBER_LIFE,
    Arrangement,
    GradeView,
    NumberEvent,
    NumberKind,
    NumberState,
    NumberUse,
    NumberView,
    ReservationEnd,
    ReservationView,
)
from trunkline.security.audit import operation
from trunkline.security.types import Actor

_RESERVE = "number.reserve"
#: What the end of a lease is to the request for a 400 number that it was for.
_OF_REQUESTS = {
    NumberEvent.ASSIGN: RequestEvent.ORDER,
    NumberEvent.RELEASE: RequestEvent.RELEASE,
    NumberEvent.EXPIRE: RequestEvent.EXPIRE,
}


class Lease(NamedTuple):
    """What a number is kept for, for whom, until when."""

    purpose: str
    holder: str
    expires_at: datetime


@operation("number.define_range")
def define_range(
    *,
    prefix: str,
    kind: NumberKind,
    use: str,
    valid_from: date,
    valid_to: date | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Put a number range into force from a day, until before `valid_to` (REG-21). Returns its id."""
    raise_if_any(range_refusals(prefix, valid_from, valid_to))
    row = NumberRange.objects.create(
        prefix=prefix, kind=kind, use=use, valid_from=valid_from, valid_to=valid_to
    )
    return row.pk


@operation("number.define_grade")
def define_grade(
    *,
    code: str,
    name: str,
    pattern: str,
    rank: int,
    prepayment: Decimal,
    months: int,
    minimum_monthly: Decimal,
    actor: Actor,
    at: datetime,
) -> int:
    """Define a grade of premium numbers by a regular expression (REG-25). Returns its id.

    Amounts in yuan. Numbers already stocked keep their grade until `regrade_numbers`.
    """
    grade = GradeView(code, name, prepayment, months, minimum_monthly, pattern, rank)
    raise_if_any(grade_refusals(grade, queries.grades()))
    row = NumberGrade.objects.create(
        code=code,
        name=name,
        pattern=pattern,
        rank=rank,
        prepayment=prepayment,
        months=months,
        minimum_monthly=minimum_monthly,
    )
    return row.pk


@operation("number.stock")
def stock_numbers(
    *, numbers: Sequence[str], kind: NumberKind, stock_id: int, actor: Actor, at: datetime
) -> int:
    """Take idle numbers into a branch's stock, graded by pattern (REG-21, REG-25). Returns how many.

    `Refused` names each number that is malformed, in no range of ours, repeated or in the inventory already.
    """
    if stock_id not in actor.branch_ids:
        raise Refused(OTHER_STOCK.about(str(stock_id)))
    raise_if_any(stock_refusals(numbers, kind, queries.ranges(), local_date(at)))
    grades = queries.grades()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbering_number (number, kind, grade, state, stock_id) "
            "SELECT number, %s, grade, %s, %s FROM unnest(%s::text[], %s::text[]) AS new (number, grade) "
            "ON CONFLICT (number) DO NOTHING RETURNING number",
            [kind, NumberState.IDLE, stock_id, list(numbers), [grade_of(n, grades) for n in numbers]],
        )
        stocked = {number for (number,) in cursor.fetchall()}
    raise_if_any(STOCKED_ALREADY.about(number) for number in numbers if number not in stocked)
    return len(stocked)


@operation("number.regrade")
def regrade_numbers(*, stock_id: int, actor: Actor, at: datetime) -> int:
    """Grade a stock's idle numbers again by the grades now defined (REG-25). Returns how many changed."""
    if stock_id not in actor.branch_ids:
        raise Refused(OTHER_STOCK.about(str(stock_id)))
    grades = queries.grades()
    found = ((view, grade_of(view.number, grades)) for view in queries.locked_stock(stock_id))
    changed = [(view.id, grade) for view, grade in found if grade != view.grade]
    return update_rows("numbering_number", "id", ["grade"], changed)


def hold(views: Collection[NumberView], lease: Lease, actor: Actor, at: datetime) -> None:
    """Turn locked numbers that may be had into reserved ones, each with its lease, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH held AS (UPDATE numbering_number SET state = %s WHERE id = ANY(%s) RETURNING id, stock_id) "
            "INSERT INTO numbering_reservation (number_id, branch_id, purpose, holder, reserved_by_id, "
            "reserved_at, expires_at, ended_how) SELECT id, stock_id, %s, %s, %s, %s, %s, '' FROM held",
            [
                NUMBER_LIFE.target(NumberEvent.RESERVE),
                [view.id for view in views],
                lease.purpose,
                lease.holder,
                actor.staff_id,
                at,
                lease.expires_at,
            ],
        )


def _end(leases: Iterable[ReservationView], how: ReservationEnd, event: NumberEvent, at: datetime) -> None:
    """End open reservations of locked numbers and move the numbers on: idle ones to whoever waits (P1-07)."""
    ended = tuple(leases)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ended AS (UPDATE numbering_reservation SET ended_at = %s, ended_how = %s "
            "WHERE id = ANY(%s) RETURNING number_id) "
            "UPDATE numbering_number SET state = %s FROM ended WHERE numbering_number.id = ended.number_id",
            [at, how, [lease.id for lease in ended], NUMBER_LIFE.target(event)],
        )
    numbers = [lease.number for lease in ended]
    follow(numbers, _OF_REQUESTS[event], at)
    if event is NumberEvent.ASSIGN:
        close_queues(numbers, at)
    else:
        returned = return_ported(numbers, at)
        pass_on([number for number in numbers if number not in returned], at)


def reserve_number(
    *, number: str, purpose: str, holder: str, expires_at: datetime, actor: Actor, at: datetime
) -> ReservationView:
    """Reserve an idle number of the actor's branches for `holder` (such as ``agreement:12``) until `expires_at`.

    Of many sessions at once one wins and none waits for another: the others are `Refused` with ``number.taken``,
    which rests on REG-11 where the number is frozen. It says so when somebody has the number, and in words of its
    own while another session is working on it. A verb by itself; within another operation `reserve_numbers` is.
    """
    actor.require(_RESERVE)
    # Most suitors of a wanted number come too late. What is committed tells them so without a transaction.
    raise_if_any(reserve_refusals([number], queries.numbers([number]), actor.branch_ids))
    return _reserve_at_once(
        number=number, purpose=purpose, holder=holder, expires_at=expires_at, actor=actor, at=at
    )


@operation(_RESERVE)
def _reserve_at_once(
    *, number: str, purpose: str, holder: str, expires_at: datetime, actor: Actor, at: datetime
) -> ReservationView:
    raise_if_any(lease_refusals(expires_at, at))
    free = queries.number_if_free(number)
    if free is None:
        # Committed in the meantime, or held by a session that has not: the words differ, and both are true.
        raise_if_any(reserve_refusals([number], queries.numbers([number]), actor.branch_ids))
        raise Refused(IN_OTHER_HANDS.about(number))
    raise_if_any(reserve_refusals([number], {number: free}, actor.branch_ids))
    hold([free], Lease(purpose, holder, expires_at), actor, at)
    return queries.leases([number])[number]


@operation(_RESERVE)
def reserve_numbers(
    *,
    numbers: Sequence[str],
    purpose: str,
    holder: str,
    expires_at: datetime,
    customer: str = "",
    actor: Actor,
    at: datetime,
) -> tuple[str, ...]:
    """Reserve all of `numbers`, or none: `Refused` names each that cannot be had. Returns them as given.

    What the counter keeps for `customer` (a holder such as ``organization:7``) is had too: its lease ends as used.
    """
    raise_if_any(lease_refusals(expires_at, at))
    inventory = queries.locked_numbers(numbers)
    leases = queries.leases(numbers) if customer else {}
    kept = {number: lease for number, lease in leases.items() if lease.holder == customer}
    raise_if_any(reserve_refusals(numbers, inventory, actor.branch_ids, kept))
    if kept:
        ended = Reservation.objects.filter(pk__in=[lease.id for lease in kept.values()])
        ended.update(ended_at=at, ended_how=ReservationEnd.USED)
    hold(inventory.values(), Lease(purpose, holder, expires_at), actor, at)
    return tuple(numbers)


@operation(_RESERVE)
def reserve_idle(
    *,
    count: int,
    stock_id: int,
    purpose: str,
    holder: str,
    expires_at: datetime,
    kind: NumberKind = NumberKind.MOBILE,
    use: str = NumberUse.MOBILE,
    actor: Actor,
    at: datetime,
) -> tuple[str, ...]:
    """Reserve `count` ordinary numbers of a stock, the lowest that nobody else is taking; returns them in order.

    Only from ranges for `use`: a voice line is never given a data card's number unasked (REG-21).
    `Refused` (``number.stock_exhausted``) when there are fewer; then none is reserved.
    """
    raise_if_any(lease_refusals(expires_at, at))
    if stock_id not in actor.branch_ids:
        raise Refused(OTHER_STOCK.about(str(stock_id)))
    found = queries.locked_idle_numbers(stock_id, kind, use, local_date(at), count)
    if len(found) < count:
        raise Refused(STOCK_EXHAUSTED.filled(wanted=count, found=len(found)))
    hold(found, Lease(purpose, holder, expires_at), actor, at)
    return tuple(view.number for view in found)


@operation("number.release")
def release_numbers(*, holder: str, numbers: Sequence[str] | None = None, actor: Actor, at: datetime) -> int:
    """Give back what `holder` holds: all of it, or only `numbers`. Returns how many.

    `Refused` (``number.not_held``) names each of `numbers` that the holder does not hold.
    """
    if numbers is None:
        wanted = [lease.number for lease in queries.open_reservations(holder)]
        inventory = queries.locked_numbers(wanted)
        ours = [lease for lease in queries.leases(inventory).values() if lease.holder == holder]
    else:
        inventory = queries.locked_numbers(numbers)
        leases = queries.leases(inventory)
        raise_if_any(holding_refusals(numbers, inventory, leases, holder))
        ours = list(leases.values())
    _end(ours, ReservationEnd.RELEASED, NumberEvent.RELEASE, at)
    return len(ours)


@operation("number.assign")
def assign_numbers(*, numbers: Sequence[str], holder: str, actor: Actor, at: datetime) -> None:
    """Take numbers that `holder` has reserved into use; its reservations end as used.

    `Refused` names each number that is not held by `holder` (``number.not_held``) or whose reservation has
    run out (``number.lease_over``).
    """
    inventory = queries.locked_numbers(numbers)
    leases = queries.leases(inventory)
    raise_if_any(assign_refusals(numbers, inventory, leases, holder, at))
    _end(leases.values(), ReservationEnd.USED, NumberEvent.ASSIGN, at)


@operation("number.freeze")
def freeze_numbers(*, numbers: Sequence[str], until: datetime, actor: Actor, at: datetime) -> None:
    """Freeze numbers that were in use, for at least 90 days (REG-11); those ported in go back instead (REG-17)."""
    inventory = queries.locked_numbers(numbers)
    raise_if_any(freeze_refusals(numbers, inventory, actor.branch_ids, until, at))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE numbering_number SET state = %s, frozen_until = %s WHERE id = ANY(%s)",
            [NUMBER_LIFE.target(NumberEvent.FREEZE), until, [view.id for view in inventory.values()]],
        )
    end_porting(numbers, at)


@operation("number.arrange")
def arrange_numbers(*, numbers: Sequence[str], arrangement: Arrangement, actor: Actor, at: datetime) -> None:
    """Note why numbers in use cannot be changed for others (S03-G2), as with 移机不改号."""
    inventory = queries.locked_numbers(numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE numbering_number SET arrangement = %s WHERE id = ANY(%s)",
            [arrangement.value, [view.id for view in inventory.values()]],
        )


@operation("number.thaw")
def thaw_numbers(*, actor: Actor, at: datetime) -> int:
    """Make frozen numbers whose time is over idle again (REG-11), or pass them to whoever waits for them.

    Returns how many. Safe to repeat.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE numbering_number SET state = %s, frozen_until = NULL WHERE id IN ("
            "SELECT id FROM numbering_number WHERE state = %s AND frozen_until <= %s AND stock_id = ANY(%s) "
            "ORDER BY id FOR UPDATE SKIP LOCKED) RETURNING number",
            [NUMBER_LIFE.target(NumberEvent.THAW), NumberState.FROZEN, at, list(actor.branch_ids)],
        )
        thawed = [number for (number,) in cursor.fetchall()]
    pass_on(thawed, at)
    return len(thawed)


@operation("number.expire")
def expire_reservations(*, actor: Actor, at: datetime) -> int:
    """End the reservations that have run out; their numbers are idle again. Returns how many. Safe to repeat.

    Numbers that another session is working on are left for the next time.
    """
    locked = queries.locked_numbers_to_expire(at)
    over = [lease for lease in queries.leases(locked).values() if lease.expires_at <= at]
    _end(over, ReservationEnd.EXPIRED, NumberEvent.EXPIRE, at)
    return len(over)
