"""Reads of lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from trunkline.kernel.periods import Month
from trunkline.subscriptions.models import LineStop
from trunkline.subscriptions.rules import person_key
from trunkline.subscriptions.types import (
    Address,
    DetailType,
    DuePhase,
    Life,
    LifePhase,
    LineState,
    LineView,
    NameType,
    NumberHeld,
    PlanPeriod,
    ServiceCode,
    StopCause,
)

_LINES = """
SELECT l.id, l.branch_id, l.organization_id, l.account_id, l.number, l.state, l.name_type, l.user_name,
    l.user_id_number, coalesce(plan.offering_id, 0), plan.first_month_mode, coalesce(sim.iccid, ''),
    l.activated_at, l.terminated_at,
    ARRAY(SELECT cause FROM subscriptions_linestop stop
          WHERE stop.line_id = l.id AND stop.until IS NULL ORDER BY cause),
    ARRAY(SELECT service FROM subscriptions_lineservice open
          WHERE open.line_id = l.id AND open.valid_to IS NULL ORDER BY service),
    (SELECT phase FROM subscriptions_linephase p WHERE p.line_id = l.id AND p.until IS NULL),
    ARRAY(SELECT detail_type FROM subscriptions_linemask m
          WHERE m.line_id = l.id AND m.until IS NULL ORDER BY detail_type)
FROM subscriptions_line l
LEFT JOIN LATERAL (
    SELECT offering_id, first_month_mode FROM subscriptions_lineoffering o
    WHERE o.line_id = l.id AND o.is_plan ORDER BY o.valid_from DESC LIMIT 1
) plan ON true
LEFT JOIN subscriptions_sim sim ON sim.line_id = l.id AND sim.retired_at IS NULL
"""


def _line_views(tail: str, parameters: Sequence[Any]) -> tuple[LineView, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES + tail, parameters)
        return tuple(
            LineView(
                id=row[0],
                branch_id=row[1],
                organization_id=row[2],
                account_id=row[3],
                number=row[4],
                state=LineState(row[5]),
                name_type=NameType(row[6]),
                user_name=row[7],
                user_id_number=row[8],
                offering_id=row[9],
                first_month_mode=row[10],
                iccid=row[11],
                activated_at=row[12],
                terminated_at=row[13],
                stop_causes=tuple(StopCause(cause) for cause in row[14]),
                services=tuple(ServiceCode(code) for code in row[15]),
                phase=LifePhase(row[16]) if row[16] else None,
                masks=tuple(DetailType(code) for code in row[17]),
            )
            for row in cursor.fetchall()
        )


def lines(ids: Iterable[int]) -> dict[int, LineView]:
    """Lines by id; those that are unknown or of other branches are left out."""
    return {view.id: view for view in _line_views("WHERE l.id = ANY(%s)", [list(ids)])}


def locked_lines(ids: Iterable[int]) -> dict[int, LineView]:
    """The same, under row locks taken in the order of the ids, so that two orders on them queue up."""
    wanted = sorted(set(ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM subscriptions_line WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [wanted]
        )
    return lines(wanted)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def lines_of_organization(
    organization_id: int, *, text: str = "", limit: int = 100, offset: int = 0
) -> tuple[LineView, ...]:
    """Lines of an organisation in the order they were connected; `text` is part of a number or a user's name."""
    conditions, parameters = "l.organization_id = %s", [organization_id, limit, offset]
    if text.strip():
        conditions += " AND (l.number LIKE %s OR l.user_name LIKE %s)"
        parameters[1:1] = [f"%{_escaped(text.strip())}%"] * 2  # type: ignore[list-item]
    return _line_views(f"WHERE {conditions} ORDER BY l.id LIMIT %s OFFSET %s", parameters)


def matching_lines(
    organization_id: int,
    *,
    state: LineState | None = None,
    offering_id: int | None = None,
    cause: StopCause | None = None,
    text: str = "",
    among: Collection[int] | None = None,
) -> tuple[int, ...]:
    """Ids of the lines of an organisation that are as was asked, in the order they were connected; one statement.

    `offering_id` is the plan now, `cause` a stop that lasts, `text` part of a number or a user's name.
    """
    wanted = text.strip()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id FROM subscriptions_line l WHERE l.organization_id = %(organization)s "
            "AND (%(state)s::text IS NULL OR l.state = %(state)s) "
            "AND (%(among)s::bigint[] IS NULL OR l.id = ANY(%(among)s)) "
            "AND (%(text)s::text IS NULL OR l.number LIKE %(text)s OR l.user_name LIKE %(text)s) "
            "AND (%(cause)s::text IS NULL OR EXISTS (SELECT 1 FROM subscriptions_linestop stop "
            "WHERE stop.line_id = l.id AND stop.until IS NULL AND stop.cause = %(cause)s)) "
            "AND (%(plan)s::bigint IS NULL OR %(plan)s = (SELECT o.offering_id FROM subscriptions_lineoffering o "
            "WHERE o.line_id = l.id AND o.is_plan ORDER BY o.valid_from DESC LIMIT 1)) ORDER BY l.id",
            {
                "organization": organization_id,
                "state": state,
                "plan": offering_id,
                "cause": cause,
                "text": f"%{_escaped(wanted)}%" if wanted else None,
                "among": None if among is None else list(among),
            },
        )
        return tuple(line for (line,) in cursor.fetchall())


def count_lines(organization_id: int) -> dict[LineState, int]:
    """How many lines of an organisation are in each state; every state stands in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, count(*) FROM subscriptions_line WHERE organization_id = %s GROUP BY state",
            [organization_id],
        )
        counted = dict(cursor.fetchall())
    return {state: counted.get(state.value, 0) for state in LineState}


def line_by_number(number: str) -> LineView | None:
    """The line that holds a number, or None."""
    found = _line_views(
        "WHERE l.id = (SELECT line_id FROM subscriptions_linenumber WHERE number = %s AND valid_to IS NULL)",
        [number],
    )
    return found[0] if found else None


def lines_by_number(numbers: Collection[str]) -> dict[str, LineView]:
    """The lines that hold numbers now, by number; numbers nobody holds are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, line_id FROM subscriptions_linenumber WHERE number = ANY(%s) AND valid_to IS NULL",
            [list(numbers)],
        )
        holders = dict(cursor.fetchall())
    found = lines(holders.values())
    return {number: found[line] for number, line in holders.items() if line in found}


def held_since(numbers: Collection[str]) -> dict[str, datetime]:
    """Since when each number has been, or was, held by its last line; numbers no line ever held are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, max(valid_from) FROM subscriptions_linenumber WHERE number = ANY(%s) GROUP BY number",
            [list(numbers)],
        )
        return dict(cursor.fetchall())


def occupied_numbers(numbers: Collection[str], at: datetime) -> frozenset[str]:
    """Those of `numbers` that a line holds at `at` or later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM subscriptions_linenumber WHERE number = ANY(%s) "
            "AND tstzrange(valid_from, valid_to) && tstzrange(%s, NULL)",
            [list(numbers), at],
        )
        return frozenset(number for (number,) in cursor.fetchall())


def holders_of_offering(offering_id: int, line_ids: Collection[int]) -> frozenset[int]:
    """Those of some lines that have a product now, beside their plan or as it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_id FROM subscriptions_lineoffering "
            "WHERE offering_id = %s AND line_id = ANY(%s) AND valid_to IS NULL",
            [offering_id, list(line_ids)],
        )
        return frozenset(line for (line,) in cursor.fetchall())


def sims_in_stock(stock_id: int) -> int:
    """How many SIM cards a branch's stock can still give out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM subscriptions_sim "
            "WHERE stock_id = %s AND line_id IS NULL AND retired_at IS NULL",
            [stock_id],
        )
        return int(cursor.fetchone()[0])


def live_lines_of_persons(id_numbers: Iterable[str]) -> dict[str, int]:
    """How many live lines each actual user has over the whole operator, other branches included (REG-14).

    Only counts leave the database: rows of other branches stay out of sight. Every number asked for stands in
    the answer.
    """
    asked = list(id_numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id_number, lines FROM trunkline_live_lines(%s::text[])",
            [[person_key(number) for number in asked]],
        )
        counted = dict(cursor.fetchall())
    return {number: counted.get(person_key(number), 0) for number in asked}


def plan_periods(month: Month, line_ids: Collection[int] | None = None) -> tuple[PlanPeriod, ...]:
    """Every visible line's stretches of one owner on one plan under one number that touch the month, in time.

    `line_ids` asks for some lines only. Stretches are whole, not cut to the month: `active_from` may lie before it,
    and `active_to` is None while the stretch is open. `entered_at` is when the line was activated.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, n.number, w.account_id, l.branch_id, w.organization_id, o.offering_id, "
            "o.first_month_mode, l.activated_at, greatest(n.valid_from, o.valid_from, w.valid_from) AS active_from, "
            "least(n.valid_to, o.valid_to, w.valid_to) AS active_to "
            "FROM subscriptions_line l "
            "JOIN subscriptions_linenumber n ON n.line_id = l.id "
            "JOIN subscriptions_lineoffering o ON o.line_id = l.id AND o.is_plan "
            "JOIN subscriptions_lineowner w ON w.line_id = l.id "
            "WHERE l.activated_at < %(end)s AND (%(lines)s::bigint[] IS NULL OR l.id = ANY(%(lines)s)) "
            "AND greatest(n.valid_from, o.valid_from, w.valid_from) < %(end)s "
            "AND coalesce(least(n.valid_to, o.valid_to, w.valid_to), 'infinity') "
            "> greatest(%(start)s, n.valid_from, o.valid_from, w.valid_from) "
            "ORDER BY l.id, active_from",
            {
                "start": month.start,
                "end": month.end,
                "lines": None if line_ids is None else list(line_ids),
            },
        )
        return tuple(PlanPeriod(*row) for row in cursor.fetchall())


def number_holders(month: Month, numbers: Collection[str]) -> tuple[NumberHeld, ...]:
    """Which lines held numbers in a month, and when; stretches are whole, not cut to the month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.line_id, n.branch_id, n.number, n.valid_from, n.valid_to FROM subscriptions_linenumber n "
            "WHERE n.number = ANY(%s) AND n.valid_from < %s AND (n.valid_to IS NULL OR n.valid_to > %s)",
            [list(numbers), month.end, month.start],
        )
        return tuple(NumberHeld(*row) for row in cursor.fetchall())


def bars_over(at: datetime) -> bool:
    """Whether data is still barred that was barred in an earlier month (P2-14)."""
    return LineStop.objects.filter(
        cause=StopCause.DATA_CAP, until__isnull=True, since__lt=Month.of(at).start
    ).exists()


def stops_of(line_ids: Collection[int], cause: StopCause) -> dict[int, datetime]:
    """Since when lines are stopped for a cause; lines that are not are left out."""
    rows = LineStop.objects.filter(line_id__in=line_ids, cause=cause, until__isnull=True)
    return dict(rows.values_list("line_id", "since"))


def lives(line_ids: Collection[int]) -> dict[int, Life]:
    """The phases prepaid lines stand in as recorded; `rules.life_now` says where they stand by the clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_id, phase, since, ends_at, unlocked_until FROM subscriptions_linephase "
            "WHERE line_id = ANY(%s) AND until IS NULL",
            [list(line_ids)],
        )
        return {row[0]: Life(LifePhase(row[1]), *row[2:]) for row in cursor.fetchall()}


def phases_due(at: datetime, *, limit: int = 10_000) -> tuple[DuePhase, ...]:
    """Lines whose phase has ended by time, the longest overdue first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.line_id, l.account_id, p.phase, p.since, p.ends_at FROM subscriptions_linephase p "
            "JOIN subscriptions_line l ON l.id = p.line_id "
            "WHERE p.until IS NULL AND p.ends_at < %s ORDER BY p.ends_at, p.line_id LIMIT %s",
            [at, limit],
        )
        return tuple(
            DuePhase(line, account, LifePhase(phase), since, ends_at)
            for line, account, phase, since, ends_at in cursor.fetchall()
        )


def accounts_in_use(account_ids: Collection[int]) -> frozenset[int]:
    """Those of some accounts that a line which has not ended is on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT account_id FROM subscriptions_line WHERE account_id = ANY(%s) AND state <> %s",
            [list(account_ids), LineState.TERMINATED],
        )
        return frozenset(account for (account,) in cursor.fetchall())


def password_set_at(line_id: int) -> datetime | None:
    """Since when a line's service password has been the one it is; None when it never had one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_at FROM subscriptions_linepassword WHERE line_id = %s", [line_id])
        row = cursor.fetchone()
        return row[0] if row else None


def deposited_passwords(deposits: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """Of which line, and when, new passwords were handed in that are not in force yet, by the id they were given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.id, h.line_id, h.made_at FROM subscriptions_linepasswordhash h "
            "WHERE h.id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM subscriptions_linepassword p "
            "WHERE p.line_id = h.line_id AND (p.current_id >= h.id))",
            [list(deposits)],
        )
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def addresses(line_ids: Collection[int]) -> dict[int, Address]:
    """Where lines are installed now; lines of which it is not known are left out (S04)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_id, province, city, district, street, rural FROM subscriptions_lineaddress "
            "WHERE line_id = ANY(%s) AND valid_to IS NULL",
            [list(line_ids)],
        )
        return {row[0]: Address(*row[1:]) for row in cursor.fetchall()}
