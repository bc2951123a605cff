"""Reads of loyalty points."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

from trunkline.kernel.periods import Month
from trunkline.ledger.models import PointsMovement
from trunkline.ledger.points.rules import balance
from trunkline.ledger.points.types import (
    STANDARD,
    Lot,
    MovementKind,
    MovementView,
    PointsBalance,
    PointsPolicy,
)
from trunkline.subscriptions import queries as subscriptions


def points_of_lines(
    line_ids: Iterable[int], on: date, *, policy: PointsPolicy = STANDARD
) -> dict[int, PointsBalance]:
    """The balances of lines as the ledger stands now, judged on a day (S18-2): frozen where a line is not served.

    Lines without points have zeros; those that are unknown or of other branches are left out.
    """
    lines = subscriptions.lines(line_ids)
    lots = valid_lots(lines, on)
    return {
        line: balance(lots.get(line, ()), on, frozen=not view.is_served, policy=policy)
        for line, view in lines.items()
    }


def valid_lots(line_ids: Iterable[int], on: date) -> dict[int, tuple[Lot, ...]]:
    """Lots of lines with points that are valid on a day, the oldest first; lines without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lot.line_id, lot.id, lot.expires_on, sum(m.points)::int "
            "FROM ledger_pointslot lot JOIN ledger_pointsmovement m ON m.lot_id = lot.id "
            "WHERE lot.line_id = ANY(%s) AND lot.expires_on > %s "
            "GROUP BY lot.id HAVING sum(m.points) > 0 ORDER BY lot.expires_on, lot.id",
            [list(line_ids), on],
        )
        found: dict[int, list[Lot]] = {}
        for line, lot, expires_on, left in cursor.fetchall():
            found.setdefault(line, []).append(Lot(lot, expires_on, left))
    return {line: tuple(lots) for line, lots in found.items()}


def lots_due(on: date) -> bool:
    """Whether points are left in a visible lot whose day has come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM ledger_pointslot lot WHERE lot.expires_on <= %s AND "
            "(SELECT sum(points) FROM ledger_pointsmovement m WHERE m.lot_id = lot.id) > 0)",
            [on],
        )
        return bool(cursor.fetchone()[0])


def redeemed_in(line_ids: Iterable[int], month: Month) -> dict[int, int]:
    """Points lines redeemed in a calendar month, without those that were given back in it; only of lines with any."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lot.line_id, -sum(m.points)::int "
            "FROM ledger_pointslot lot JOIN ledger_pointsmovement m ON m.lot_id = lot.id "
            "WHERE lot.line_id = ANY(%s) AND m.at >= %s AND m.at < %s "
            "AND (m.kind = %s OR m.kind = %s AND m.points > 0) "
            "GROUP BY lot.line_id HAVING sum(m.points) < 0",
            [list(line_ids), month.start, month.end, MovementKind.REDEEMED, MovementKind.REVERSED],
        )
        return dict(cursor.fetchall())


def movements(line_id: int, limit: int = 200) -> tuple[MovementView, ...]:
    """The movements of a line's points, the newest first."""
    rows = PointsMovement.objects.filter(lot__line_id=line_id).select_related("lot").order_by("-id")
    return tuple(
        MovementView(
            at=row.at,
            kind=MovementKind(row.kind),
            points=row.points,
            month=Month.of(row.lot.earned_on),
            expires_on=row.lot.expires_on,
            source=row.source,
            source_id=row.source_id,
        )
        for row in rows[:limit]
    )
