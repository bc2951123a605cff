"""The verbs of loyalty points: earn, redeem, expire, forfeit and reverse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month, local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ledger.models import PointsMovement
from trunkline.ledger.points.queries import redeemed_in, valid_lots
from trunkline.ledger.points.rules import (
    first_invalid_day,
    points_earned,
    redemption_refusals,
    reversal_refusals,
    reversed_movements,
    taken_oldest_first,
    yuan_of,
)
from trunkline.ledger.points.types import (
    STANDARD,
    Consumption,
    Lot,
    Moved,
    MovementKind,
    PointsChange,
    PointsPolicy,
    Redemption,
    RedemptionFacts,
)
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions import queries as subscriptions

UNKNOWN_LINE = Refusal("points.unknown_line", "", Text("没有这个用户：{subject}", "No such line: {subject}"))
REDEEMED_ALREADY = Refusal(
    "points.redeemed_already",
    "",
    Text("该业务已兑换过积分：{subject}", "Points have been redeemed for this already: {subject}"),
)
UNKNOWN_SOURCE = Refusal(
    "points.unknown",
    "",
    Text("没有可冲正的积分变动：{subject}", "No points were earned or redeemed for this: {subject}"),
)
REVERSED_ALREADY = Refusal(
    "points.reversed_already",
    "",
    Text("该积分变动已冲正：{subject}", "The movement of points has been reversed: {subject}"),
)

#: The sources of lots, of what runs out, and of what undoes others.
BILL = "bill"
EXPIRY = "expiry"
REVERSAL = "reversal"

#: Lots and the movements that fill them in one statement; what was granted before is passed over.
_GRANT = """
WITH granted AS (
    INSERT INTO ledger_pointslot (line_id, branch_id, earned_on, points, expires_on, source, source_id)
    SELECT line_id, branch_id, earned_on, points, expires_on, %(source)s, source_id
    FROM unnest(%(lines)s::bigint[], %(branches)s::bigint[], %(months)s::date[], %(points)s::int[],
        %(days)s::date[], %(ids)s::text[])
        AS earned (line_id, branch_id, earned_on, points, expires_on, source_id)
    ON CONFLICT (source, source_id) DO NOTHING
    RETURNING id, branch_id, points, source, source_id
), moved AS (
    INSERT INTO ledger_pointsmovement (lot_id, branch_id, kind, points, source, source_id, at, operation_id)
    SELECT id, branch_id, %(kind)s, points, source, source_id, %(at)s, current_setting('trunkline.operation')::uuid
    FROM granted
    RETURNING points
)
SELECT count(*), coalesce(sum(points), 0) FROM moved
"""

#: Everything that is left in lots goes out of them.
_EMPTY = """
WITH moved AS (
    INSERT INTO ledger_pointsmovement (lot_id, branch_id, kind, points, source, source_id, at, operation_id)
    SELECT lot_id, min(branch_id), %(kind)s, -sum(points), %(source)s, %(source_id)s, %(at)s,
        current_setting('trunkline.operation')::uuid
    FROM ledger_pointsmovement WHERE lot_id = ANY(%(lots)s) GROUP BY lot_id HAVING sum(points) > 0
    RETURNING points
)
SELECT count(*), coalesce(-sum(points), 0) FROM moved
"""

_MOVE = """
INSERT INTO ledger_pointsmovement (lot_id, branch_id, kind, points, source, source_id, at, operation_id)
SELECT lot.id, lot.branch_id, %(kind)s, moved.points, %(source)s, %(source_id)s, %(at)s,
    current_setting('trunkline.operation')::uuid
FROM unnest(%(lots)s::bigint[], %(points)s::int[]) WITH ORDINALITY AS moved (lot_id, points, place)
JOIN ledger_pointslot lot ON lot.id = moved.lot_id ORDER BY moved.place
"""


def _told(consumption: Sequence[Consumption]) -> dict[str, object]:
    """What the audit row keeps of consumption: what came of it stands in the ledger and names the operation."""
    months = sorted({str(paid.month) for paid in consumption})
    return {"count": len(consumption), "months": months, "yuan": sum((p.eligible for p in consumption), ZERO)}


@operation("points.earn", kept={"consumption": _told})
def earn_points(
    *, consumption: Sequence[Consumption], policy: PointsPolicy = STANDARD, actor: Actor, at: datetime
) -> PointsChange:
    """Grant the points of what lines have paid (REG-31), one statement whatever their number.

    What was paid late, or is less than a yuan, earns none; a (bill, line) that has earned is passed over, so that
    it is safe to repeat. `Refused`: a line that is not there (``points.unknown_line``); then nothing is granted.
    """
    on = local_date(at)
    earned = [(paid, points) for paid in consumption if (points := points_earned(paid, on, policy))]
    lines = subscriptions.lines({paid.line_id for paid, _ in earned})
    unknown = sorted({paid.line_id for paid, _ in earned} - set(lines))
    raise_if_any(UNKNOWN_LINE.about(str(line)) for line in unknown)
    return _change(
        _GRANT,
        {
            "source": BILL,
            "kind": MovementKind.EARNED,
            "at": at,
            "lines": [paid.line_id for paid, _ in earned],
            "branches": [lines[paid.line_id].branch_id for paid, _ in earned],
            "months": [paid.month.first_day for paid, _ in earned],
            "points": [points for _, points in earned],
            "days": [first_invalid_day(paid.month, policy) for paid, _ in earned],
            "ids": [grant_id(paid.bill, paid.line_id) for paid, _ in earned],
        },
    )


def grant_id(bill: str, line_id: int) -> str:
    """The source id under which a line's points of a bill are granted, and by which they are reversed."""
    return f"{bill}:{line_id}"


@operation("points.redeem")
def redeem_points(
    *,
    line_id: int,
    points: int,
    facts: RedemptionFacts,
    source: str,
    source_id: str,
    policy: PointsPolicy = STANDARD,
    actor: Actor,
    at: datetime,
) -> Redemption:
    """积分回馈 (S19, S05-G6): take points of a line, those that run out first before others, at 100 to the yuan.

    (source, source_id) names what they are redeemed for, and redeems once. `Refused` with every reason of REG-31
    that holds (see `rules.redemption_refusals`), or ``points.redeemed_already``.
    """
    on = local_date(at)
    locked = _locked("line_id = %s AND expires_on > %s", [line_id, on])
    redeemed = PointsMovement.objects.filter(kind=MovementKind.REDEEMED, source=source, source_id=source_id)
    if redeemed.exists():
        raise Refused(REDEEMED_ALREADY.about(f"{source}:{source_id}"))
    lots = [lot for lot in valid_lots([line_id], on).get(line_id, ()) if lot.id in locked]
    valid = sum(lot.left for lot in lots)
    raise_if_any(
        redemption_refusals(
            points=points,
            valid=valid,
            redeemed_this_month=redeemed_in(line_id, Month.of(on)),
            facts=facts,
            policy=policy,
        )
    )
    taken = [(lot, -share) for lot, share in taken_oldest_first(lots, points)]
    _move(MovementKind.REDEEMED, taken, source, source_id, at)
    return Redemption(points, yuan_of(points), valid - points)


@operation("points.expire")
def expire_points(*, actor: Actor, at: datetime) -> PointsChange:
    """Take what is left in every visible lot whose day has come (REG-31); safe to repeat."""
    on = local_date(at)
    due = _locked(
        "expires_on <= %s AND (SELECT sum(points) FROM ledger_pointsmovement m WHERE m.lot_id = lot.id) > 0",
        [on],
    )
    return _empty(MovementKind.EXPIRED, due, EXPIRY, on.isoformat(), at)


@operation("points.forfeit")
def forfeit_points(
    *, line_ids: Collection[int], source: str, source_id: str, actor: Actor, at: datetime
) -> PointsChange:
    """Take all valid points of lines for good: points do not move with a number to its next owner (S02).

    (source, source_id) names what takes them, an order say; safe to repeat.
    """
    lots = _locked("line_id = ANY(%s) AND expires_on > %s", [list(line_ids), local_date(at)])
    return _empty(MovementKind.ADJUSTED, lots, source, source_id, at)


@operation("points.reverse")
def reverse_points(*, source: str, source_id: str, reason: str, actor: Actor, at: datetime) -> PointsChange:
    """Undo what a source earned (``bill``, see `grant_id`) or redeemed, once; its movements stay.

    Points whose day has come since do not come back. `Refused`: nothing was earned or redeemed for this, it has
    been reversed already, points of the grant have been used, or all have run out.
    """
    subject, on = f"{source}:{source_id}", local_date(at)
    _locked(
        "EXISTS (SELECT FROM ledger_pointsmovement m WHERE m.lot_id = lot.id AND m.source = %s AND m.source_id = %s)",
        [source, source_id],
    )
    moved = _moved_by(source, source_id)
    if not moved:
        raise Refused(UNKNOWN_SOURCE.about(subject))
    if PointsMovement.objects.filter(source=REVERSAL, source_id=subject).exists():
        raise Refused(REVERSED_ALREADY.about(subject))
    raise_if_any(reversal_refusals(moved, on))
    opposite = reversed_movements(moved, on)
    _move(MovementKind.REVERSED, opposite, REVERSAL, subject, at)
    return PointsChange(len(opposite), abs(sum(points for _, points in opposite)))


def _locked(condition: str, parameters: Sequence[Any]) -> frozenset[int]:
    """The ids of lots, which nobody else moves until the transaction ends.

    In the order of their ids, as the schema's trigger locks them too. What is in them is read afterwards: the
    statement that waits for a lock does not see what the one before it moved.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT lot.id FROM ledger_pointslot lot WHERE {condition} ORDER BY lot.id FOR NO KEY UPDATE",
            parameters,
        )
        return frozenset(lot for (lot,) in cursor.fetchall())


def _moved_by(source: str, source_id: str) -> list[Moved]:
    """What a source earned or redeemed, with what is left in each lot."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lot.id, lot.expires_on, "
            "(SELECT sum(points)::int FROM ledger_pointsmovement WHERE lot_id = lot.id), m.kind, m.points "
            "FROM ledger_pointsmovement m JOIN ledger_pointslot lot ON lot.id = m.lot_id "
            "WHERE m.source = %s AND m.source_id = %s AND m.kind = ANY(%s) ORDER BY lot.expires_on, lot.id",
            [source, source_id, [MovementKind.EARNED, MovementKind.REDEEMED]],
        )
        return [
            Moved(Lot(lot, expires_on, left), MovementKind(kind), points)
            for lot, expires_on, left, kind, points in cursor.fetchall()
        ]


def _move(
    kind: MovementKind, moves: Sequence[tuple[int, int]], source: str, source_id: str, at: datetime
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            {
                "kind": kind,
                "source": source,
                "source_id": source_id,
                "at": at,
                "lots": [lot for lot, _ in moves],
                "points": [points for _, points in moves],
            },
        )


def _empty(
    kind: MovementKind, lots: Iterable[int], source: str, source_id: str, at: datetime
) -> PointsChange:
    return _change(
        _EMPTY, {"kind": kind, "lots": list(lots), "source": source, "source_id": source_id, "at": at}
    )


def _change(statement: str, parameters: dict[str, Any]) -> PointsChange:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        lots, points = cursor.fetchone()
    return PointsChange(int(lots), int(points))
