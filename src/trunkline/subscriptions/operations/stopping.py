"""Why lines are stopped, and which services are open on them; each verb is a few statements for all lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from trunkline.kernel.periods import SHANGHAI, Month
from trunkline.kernel.refusals import Refused
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.rules import LINE_NOT_LIVE, NOT_STOPPED, SERVICE_NOT_OPEN, SERVICE_OPEN, STOPPED
from trunkline.subscriptions.types import LineState, ServiceCode, StopCause


def numbers_of(line_ids: Sequence[int]) -> dict[int, str]:
    """The numbers of lines, to name them in refusals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number FROM subscriptions_line WHERE id = ANY(%s)", [list(line_ids)])
        return dict(cursor.fetchall())


def changed(statement: str, parameters: dict[str, Any]) -> set[int]:
    """Run a statement that returns line ids; which lines it reached."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {line for (line,) in cursor.fetchall()}


def require_live(line_ids: Sequence[int]) -> None:
    """Lock the lines in the order of their ids; `Refused` names each that is not in use any more."""
    live = changed(
        "SELECT id FROM subscriptions_line WHERE id = ANY(%(lines)s) AND state <> %(ended)s "
        "ORDER BY id FOR UPDATE",
        {"lines": list(line_ids), "ended": LineState.TERMINATED},
    )
    missing = [line for line in line_ids if line not in live]
    if missing:
        known = numbers_of(missing)
        raise Refused(LINE_NOT_LIVE.about(known.get(line, str(line))) for line in missing)


@operation("line.stop")
def stop_lines(*, line_ids: Sequence[int], cause: StopCause, actor: Actor, at: datetime) -> None:
    """Stop lines for a cause and remember which services were open (S06-E3, domain 8.2).

    A data cap stops data only, no service, and so remembers none.
    `Refused` names each line that is stopped for this cause already (``line.stopped``) or not in use.
    """
    require_live(line_ids)
    reached = changed(
        "INSERT INTO subscriptions_linestop (line_id, branch_id, cause, since, services) "
        "SELECT l.id, l.branch_id, %(cause)s, %(at)s, "
        "ARRAY(SELECT service FROM subscriptions_lineservice s WHERE s.line_id = l.id AND s.valid_to IS NULL "
        "AND %(cause)s <> %(data_cap)s) "
        "FROM subscriptions_line l WHERE l.id = ANY(%(lines)s) "
        "ON CONFLICT (line_id, cause) WHERE until IS NULL DO NOTHING RETURNING line_id",
        {"cause": cause, "at": at, "lines": list(line_ids), "data_cap": StopCause.DATA_CAP},
    )
    _require_all(line_ids, reached, STOPPED)


@operation("line.reopen_data")
def reopen_data(*, actor: Actor, at: datetime) -> int:
    """Open data again that was barred in an earlier month, as of the first instant of the month that followed.

    Other causes of a stop stay (P2-14). Returns how many bars ended. Safe to repeat.
    """
    return len(
        changed(
            "UPDATE subscriptions_linestop SET until = (date_trunc('month', since AT TIME ZONE %(zone)s) "
            "+ interval '1 month') AT TIME ZONE %(zone)s "
            "WHERE cause = %(cause)s AND until IS NULL AND since < %(month)s RETURNING line_id",
            {"cause": StopCause.DATA_CAP, "month": Month.of(at).start, "zone": str(SHANGHAI)},
        )
    )


@operation("line.lift_stop")
def lift_stops(*, line_ids: Sequence[int], cause: StopCause, actor: Actor, at: datetime) -> None:
    """Take one cause away; service returns when no other is left. Exactly the services of before are open then.

    `Refused` names each line that is not stopped for this cause (``line.not_stopped``).
    """
    require_live(line_ids)
    reached = changed(
        "UPDATE subscriptions_linestop SET until = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND cause = %(cause)s AND until IS NULL RETURNING line_id",
        {"cause": cause, "at": at, "lines": list(line_ids)},
    )
    _require_all(line_ids, reached, NOT_STOPPED)
    changed(
        "INSERT INTO subscriptions_lineservice (line_id, branch_id, service, valid_from) "
        "SELECT stop.line_id, stop.branch_id, remembered.service, %(at)s "
        "FROM subscriptions_linestop stop, unnest(stop.services) AS remembered(service) "
        "WHERE stop.line_id = ANY(%(lines)s) AND stop.cause = %(cause)s AND stop.until = %(at)s "
        "AND NOT EXISTS (SELECT 1 FROM subscriptions_lineservice s "
        "WHERE s.line_id = stop.line_id AND s.service = remembered.service AND s.valid_to IS NULL) "
        "RETURNING line_id",
        {"cause": cause, "at": at, "lines": list(line_ids)},
    )


@operation("line.open_service")
def open_services(*, line_ids: Sequence[int], service: ServiceCode, actor: Actor, at: datetime) -> None:
    """Open a service on lines; `Refused` names each that has it already (``line.service_open``)."""
    require_live(line_ids)
    reached = changed(
        "INSERT INTO subscriptions_lineservice (line_id, branch_id, service, valid_from) "
        "SELECT l.id, l.branch_id, %(service)s, %(at)s FROM subscriptions_line l "
        "WHERE l.id = ANY(%(lines)s) AND NOT EXISTS (SELECT 1 FROM subscriptions_lineservice s "
        "WHERE s.line_id = l.id AND s.service = %(service)s AND s.valid_to IS NULL) RETURNING line_id",
        {"service": service, "at": at, "lines": list(line_ids)},
    )
    _require_all(line_ids, reached, SERVICE_OPEN)


@operation("line.close_service")
def close_services(*, line_ids: Sequence[int], service: ServiceCode, actor: Actor, at: datetime) -> None:
    """Close a service on lines; `Refused` names each that does not have it (``line.service_not_open``)."""
    require_live(line_ids)
    reached = changed(
        "UPDATE subscriptions_lineservice SET valid_to = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND service = %(service)s AND valid_to IS NULL RETURNING line_id",
        {"service": service, "at": at, "lines": list(line_ids)},
    )
    _require_all(line_ids, reached, SERVICE_NOT_OPEN)


def _require_all(line_ids: Sequence[int], reached: set[int], template: Any) -> None:
    missing = [line for line in line_ids if line not in reached]
    if missing:
        known = numbers_of(missing)
        raise Refused(template.about(known.get(line, str(line))) for line in missing)
