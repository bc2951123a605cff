"""Whose usage is whose (S02): under which number, from when to when, an organisation held its lines in a month."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from trunkline.kernel.periods import Month
from trunkline.subscriptions.types import DetailType, NameType


@dataclass(frozen=True, slots=True)
class Holding:
    """A stretch of one line under one number in one hand, half-open and within the month.

    `masks` are what queries of its details leave out: those in force at the end of the stretch or, while it is
    open, when it was asked (S31-E1). So a former owner's masks stay on what he used.
    """

    line_id: int
    number: str
    held_from: datetime
    held_to: datetime
    masks: tuple[DetailType, ...]


def holdings(
    organization_id: int, month: Month, at: datetime, line_ids: Collection[int] | None = None
) -> tuple[Holding, ...]:
    """What an organisation held in a month of its lines, or of some of them, by line and time.

    Lines in the name of an individual are left out: the rules for the public apply to them (S22-X).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, n.number, greatest(w.valid_from, n.valid_from, %(start)s), "
            "least(w.valid_to, n.valid_to, %(end)s), "
            "ARRAY(SELECT DISTINCT m.detail_type FROM subscriptions_linemask m WHERE m.line_id = l.id "
            "AND m.since <= least(w.valid_to, %(at)s) "
            "AND (m.until IS NULL OR m.until >= least(w.valid_to, %(at)s)) ORDER BY 1) "
            "FROM subscriptions_lineowner w "
            "JOIN subscriptions_line l ON l.id = w.line_id "
            "JOIN subscriptions_linenumber n ON n.line_id = w.line_id "
            "WHERE w.organization_id = %(organization)s AND l.name_type = %(name_type)s "
            "AND (%(lines)s::bigint[] IS NULL OR l.id = ANY(%(lines)s)) "
            "AND greatest(w.valid_from, n.valid_from, %(start)s) < least(w.valid_to, n.valid_to, %(end)s) "
            "ORDER BY l.id, 3",
            {
                "organization": organization_id,
                "name_type": NameType.ORGANIZATION,
                "lines": None if line_ids is None else list(line_ids),
                "start": month.start,
                "end": month.end,
                "at": at,
            },
        )
        return tuple(
            Holding(line, number, since, until, tuple(DetailType(code) for code in masks))
            for line, number, since, until, masks in cursor.fetchall()
        )
