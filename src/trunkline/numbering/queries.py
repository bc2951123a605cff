"""Reads of the number inventory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from trunkline.kernel.refusals import raise_if_any
from trunkline.numbering.models import Number, NumberGrade, NumberRange, Reservation
from trunkline.numbering.searching import NumberSearch, query_of, search_refusals
from trunkline.numbering.types import (
    Arrangement,
    GradeView,
    LeasePurpose,
    NumberKind,
    NumberState,
    NumberView,
    RangeView,
    ReservationView,
    WaitingView,
)

#: The use of a number's range (REG-21). Of several that hold it the longest prefix counts, and of its periods the
#: one begun last, over or not: a range that has ended keeps the numbers it brought in.
_USE = (
    "(SELECT r.use FROM numbering_numberrange r WHERE r.kind = numbering_number.kind "
    "AND starts_with(numbering_number.number, r.prefix) "
    "ORDER BY length(r.prefix) DESC, r.valid_from <= %s DESC, r.valid_from DESC LIMIT 1)"
)
COLUMNS = "id, number, kind, grade, state, stock_id, frozen_until, arrangement"
_NUMBERS = f"SELECT {COLUMNS} FROM numbering_number "


def _number_views(tail: str, parameters: Sequence[Any]) -> tuple[NumberView, ...]:
    return _views(_NUMBERS + tail, parameters)


def _views(statement: str, parameters: Sequence[Any]) -> tuple[NumberView, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return tuple(
            NumberView(
                id_,
                number,
                NumberKind(kind),
                grade,
                NumberState(state),
                stock,
                until,
                Arrangement(arrangement),
            )
            for id_, number, kind, grade, state, stock, until, arrangement in cursor.fetchall()
        )


def search_numbers(search: NumberSearch, *, limit: int = 50) -> tuple[NumberView, ...]:
    """The first numbers that are as asked, by number. `Refused` for what cannot be (``number.pattern_wrong``,
    ``number.search_contradicts``).
    """
    raise_if_any(search_refusals(search))
    return _views(*query_of(search, COLUMNS, limit))


def numbers(values: Collection[str]) -> dict[str, NumberView]:
    """Numbers of the inventory by their digits; unknown ones are left out."""
    return {view.number: view for view in _number_views("WHERE number = ANY(%s)", [list(values)])}


def locked_numbers(values: Collection[str]) -> dict[str, NumberView]:
    """The same, locked until the transaction ends. Always in one order, so that two sessions cannot deadlock."""
    views = _number_views("WHERE number = ANY(%s) ORDER BY id FOR UPDATE", [list(values)])
    return {view.number: view for view in views}


def number_if_free(value: str) -> NumberView | None:
    """A number, locked; None for one that another session holds or that is not in the inventory. Never waits."""
    views = _number_views("WHERE number = %s FOR UPDATE SKIP LOCKED", [value])
    return views[0] if views else None


def locked_idle_numbers(
    stock_id: int, kind: NumberKind, use: str, on: date, count: int
) -> tuple[NumberView, ...]:
    """Up to `count` ordinary idle numbers of a stock that no other session is about to take, locked.

    Only from ranges whose use on that day is `use` (REG-21).
    """
    return _number_views(
        f"WHERE stock_id = %s AND kind = %s AND state = %s AND grade = '' AND {_USE} = %s "
        "ORDER BY number LIMIT %s FOR UPDATE SKIP LOCKED",
        [stock_id, kind, NumberState.IDLE, on, use, count],
    )


def locked_stock(stock_id: int) -> tuple[NumberView, ...]:
    """The idle numbers of a stock, locked."""
    return _number_views(
        "WHERE stock_id = %s AND state = %s ORDER BY id FOR UPDATE", [stock_id, NumberState.IDLE]
    )


def locked_numbers_to_expire(at: datetime) -> dict[str, NumberView]:
    """Numbers whose reservation has run out and that no other session is working on, locked."""
    views = _number_views(
        "WHERE id IN (SELECT number_id FROM numbering_reservation WHERE ended_at IS NULL AND expires_at <= %s) "
        "ORDER BY id FOR UPDATE SKIP LOCKED",
        [at],
    )
    return {view.number: view for view in views}


def line_numbers_in_use() -> frozenset[str]:
    """Every number in use that belongs to a line: 400 numbers belong to an installed product."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM numbering_number WHERE state = %s AND kind <> %s",
            [NumberState.IN_USE, NumberKind.SERVICE_400],
        )
        return frozenset(number for (number,) in cursor.fetchall())


def grades() -> tuple[GradeView, ...]:
    """Grades of premium numbers, the highest first (REG-25)."""
    return tuple(
        GradeView(g.code, g.name, g.prepayment, g.months, g.minimum_monthly, g.pattern, g.rank)
        for g in NumberGrade.objects.order_by("rank")
    )


def ranges() -> tuple[RangeView, ...]:
    """Number ranges, in force or not (REG-21)."""
    return tuple(
        RangeView(r.prefix, NumberKind(r.kind), r.use, r.valid_from, r.valid_to)
        for r in NumberRange.objects.order_by("prefix", "valid_from")
    )


def _reservation(row: Reservation) -> ReservationView:
    return ReservationView(
        id=row.pk,
        number=row.number.number,
        purpose=row.purpose,
        holder=row.holder,
        reserved_by_id=row.reserved_by_id,
        reserved_at=row.reserved_at,
        expires_at=row.expires_at,
        extended_at=row.extended_at,
    )


def open_reservations(holder: str) -> tuple[ReservationView, ...]:
    """What `holder` holds, by number."""
    rows = Reservation.objects.filter(holder=holder, ended_at__isnull=True)
    return tuple(_reservation(row) for row in rows.select_related("number").order_by("number__number"))


def reservation_of(number: str) -> ReservationView | None:
    """The open reservation of a number, or None."""
    return leases([number]).get(number)


def leases(values: Iterable[str]) -> dict[str, ReservationView]:
    """Open reservations by number; numbers without one are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, n.number, r.purpose, r.holder, r.reserved_by_id, r.reserved_at, r.expires_at, "
            "r.extended_at "
            "FROM numbering_reservation r JOIN numbering_number n ON n.id = r.number_id "
            "WHERE r.ended_at IS NULL AND n.number = ANY(%s)",
            [list(values)],
        )
        return {row[1]: ReservationView(*row) for row in cursor.fetchall()}


def counter_leases(staff_id: int, limit: int = 200) -> tuple[ReservationView, ...]:
    """The open leases of the counter that a staff member answers for, the first to run out first (P1-07)."""
    rows = Reservation.objects.filter(
        reserved_by_id=staff_id, ended_at__isnull=True, purpose__in=[*LeasePurpose]
    )
    return tuple(
        _reservation(row) for row in rows.select_related("number").order_by("expires_at", "id")[:limit]
    )


def queue_of(number: str) -> tuple[WaitingView, ...]:
    """Who waits for a number, in order of joining."""
    return _waiting("n.number = %s", number)


def waiting_of_staff(staff_id: int) -> tuple[WaitingView, ...]:
    """The places in queues that a staff member took for customers, by number."""
    return _waiting("w.joined_by_id = %s", staff_id)


def _waiting(condition: str, value: str | int) -> tuple[WaitingView, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.number, w.organization_id, w.joined_by_id, w.joined_at, (SELECT count(*) "
            "FROM numbering_waiting b WHERE b.number_id = w.number_id AND b.ended_at IS NULL AND b.id <= w.id) "
            "FROM numbering_waiting w JOIN numbering_number n ON n.id = w.number_id "
            f"WHERE w.ended_at IS NULL AND {condition} ORDER BY n.number, w.id",
            [value],
        )
        return tuple(WaitingView(*row) for row in cursor.fetchall())


def upkeep_due(at: datetime) -> bool:
    """Whether a reservation has run out or a frozen number's time is over: what the sweep looks at first."""
    return (
        Reservation.objects.filter(ended_at__isnull=True, expires_at__lte=at).exists()
        or Number.objects.filter(state=NumberState.FROZEN, frozen_until__lte=at).exists()
    )


def stock_counts(branch_ids: Collection[int]) -> dict[tuple[int, NumberState], int]:
    """How many numbers each of these branches has in each state; states without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stock_id, state, count(*) FROM numbering_number WHERE stock_id = ANY(%s) GROUP BY 1, 2",
            [list(branch_ids)],
        )
        return {(stock, NumberState(state)): count for stock, state, count in cursor.fetchall()}


def grade_counts(branch_ids: Collection[int]) -> dict[tuple[str, NumberState], int]:
    """How many premium numbers of these branches there are of each grade in each state (REG-25)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT grade, state, count(*) FROM numbering_number WHERE grade <> '' AND stock_id = ANY(%s) "
            "GROUP BY 1, 2",
            [list(branch_ids)],
        )
        return {(grade, NumberState(state)): count for grade, state, count in cursor.fetchall()}
