"""What becomes of the queues of numbers that came free or were taken into use. The numbers are locked by then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from trunkline.catalog.queries import parameter_on
from trunkline.kernel.periods import local_date
from trunkline.numbering.leases.rules import WAITING_LEASE_HOURS
from trunkline.numbering.models import Waiting
from trunkline.numbering.types import NUMBER_LIFE, LeasePurpose, NumberEvent, WaitingEnd

_OF_NUMBERS = (
    "FROM numbering_waiting w JOIN numbering_number n ON n.id = w.number_id "
    "WHERE w.ended_at IS NULL AND n.number = ANY(%s)"
)


def pass_on(numbers: Sequence[str], at: datetime) -> None:
    """Lease each of these idle numbers to the first who waits for it, in one statement however many they are.

    The lease is answered for by the staff member who put the customer into the queue.
    """
    if not numbers or not Waiting.objects.filter(ended_at__isnull=True).exists():
        return
    hours = parameter_on(WAITING_LEASE_HOURS, local_date(at))
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH first AS (SELECT DISTINCT ON (w.number_id) w.id, w.number_id, w.branch_id, "
            f"w.organization_id, w.joined_by_id {_OF_NUMBERS} ORDER BY w.number_id, w.id), "
            "served AS (UPDATE numbering_waiting w SET ended_at = %s, ended_how = %s "
            "FROM first WHERE w.id = first.id), "
            "held AS (UPDATE numbering_number n SET state = %s FROM first WHERE n.id = first.number_id) "
            "INSERT INTO numbering_reservation (number_id, branch_id, purpose, holder, reserved_by_id, "
            "reserved_at, expires_at, ended_how) "
            "SELECT number_id, branch_id, %s, 'organization:' || organization_id, joined_by_id, %s, %s, '' "
            "FROM first",
            [
                list(numbers),
                at,
                WaitingEnd.SERVED,
                NUMBER_LIFE.target(NumberEvent.RESERVE),
                LeasePurpose.WAITING,
                at,
                at + timedelta(hours=hours),
            ],
        )


def close_queues(numbers: Sequence[str], at: datetime) -> None:
    """Nobody waits for a number that was taken into use."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE numbering_waiting SET ended_at = %s, ended_how = %s "
            f"WHERE id IN (SELECT w.id {_OF_NUMBERS})",
            [at, WaitingEnd.LOST, list(numbers)],
        )
