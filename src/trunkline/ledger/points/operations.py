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
    LineRedemption,
    Lot,
    Moved,
    MovementKind,
    PointsChange,
    PointsPolicy,
    Redemption,
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
SELECT lot.id, lot.branch_id, %(kind)s, moved.points, %(source)s, moved.source_id, %(at)s,
    current_setting('trunkline.operation')::uuid
FROM unnest(%(lots)s::bigint[], %(points)s::int[], %(ids)s::text[])
    WITH ORDINALITY AS moved (lot_id, points, source_id, place)
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


def _told_redemptions(redemptions: Sequence[LineRedemption]) -> dict[str, object]:
    """What the audit row keeps of many redemptions: what each took stands in the ledger and names the operation."""
    return {"count": len(redemptions), "points": sum(each.points for each in redemptions)}


@operation("points.redeem", kept={"redemptions": _told_redemptions})
def redeem_points_of_lines(
    *,
    redemptions: Sequence[LineRedemption],
    source: str,
    policy: PointsPolicy = STANDARD,
    actor: Actor,
    at: datetime,
) -> tuple[Redemption, ...]:
    """积分回馈 (S19, S05-G6): take points of lines, those that run out first before others, at 100 to the yuan.

    A few statements whatever their number; each line stands once among them. (source, `source_id` of a redemption)
    names what it is for, and redeems once. `Refused` with every reason of REG-31 that holds for any line (see
    `rules.redemption_refusals`), or ``points.redeemed_already``; then no line gives any.
    """
    on = local_date(at)
    lines = [each.line_id for each in redemptions]
    locked = _locked("line_id = ANY(%s) AND expires_on > %s", [lines, on])
    before = PointsMovement.objects.filter(
        kind=MovementKind.REDEEMED, source=source, source_id__in=[each.source_id for each in redemptions]
    )
    again = set(before.values_list("source_id", flat=True))
    raise_if_any(REDEEMED_ALREADY.about(f"{source}:{source_id}") for source_id in sorted(again))
    lots = {line: [lot for lot in found if lot.id in locked] for line, found in valid_lots(lines, on).items()}
    valid = {line: sum(lot.left for lot in lots.get(line, ())) for line in lines}
    redeemed = redeemed_in(lines, Month.of(on))
    raise_if_any(
        refusal
        for each in redemptions
        for refusal in redemption_refusals(
            points=each.points,
            valid=valid[each.line_id],
            redeemed_this_month=redeemed.get(each.line_id, 0),
            facts=each.facts,
            policy=policy,
        )
    )
    _move(
        MovementKind.REDEEMED,
        [
            (lot, -share, each.source_id)
            for each in redemptions
            for lot, share in taken_oldest_first(lots[each.line_id], each.points)
        ],
        source,
        at,
    )
    return tuple(
        Redemption(each.points, yuan_of(each.points), valid[each.line_id] - each.points)
        for each in redemptions
    )


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
    _move(MovementKind.REVERSED, [(lot, points, subject) for lot, points in opposite], REVERSAL, at)
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


def _move(kind: MovementKind, moves: Sequence[tuple[int, int, str]], source: str, at: datetime) -> None:
    """Movements (lot, points, source id), in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            {
                "kind": kind,
                "source": source,
                "at": at,
                "lots": [lot for lot, _, _ in moves],
                "points": [points for _, points, _ in moves],
                "ids": [source_id for _, _, source_id in moves],
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
