"""What turns by itself beside the queued jobs. Each looks first, and leaves an audit row only when it acts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from trunkline.agreements.operations import mark_expiring
from trunkline.agreements.queries import end_in_sight
from trunkline.counter.booking import carry_out_due
from trunkline.counter.prepaid import advance_due_lines
from trunkline.kernel.clock import now
from trunkline.kernel.periods import local_date
from trunkline.ledger.points.operations import expire_points
from trunkline.ledger.points.queries import lots_due
from trunkline.numbering.operations import expire_reservations, thaw_numbers
from trunkline.numbering.queries import upkeep_due
from trunkline.ordering.queries import orders_due
from trunkline.runs.intake import clean_store, has_leftovers, scan_inbox
from trunkline.security.audit import acting
from trunkline.security.queries import system_actor
from trunkline.security.types import Actor, Door
from trunkline.subscriptions.queries import phases_due

#: How often a worker looks through the whole store of usage. It does so first when it starts, as after a crash.
TIDY_EVERY = timedelta(days=1)
_tidied: datetime | None = None


def take_in_usage() -> None:
    """Take in the usage files that were dropped into the inbox."""
    scan_inbox(folder=settings.TRUNKLINE_VAR / "inbox", actor=system_actor(Door.JOB), at=now())


def carry_out_booked_orders() -> None:
    """Carry out the booked orders whose day has come (S11-D)."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        due = orders_due(local_date(at))
    if due:
        carry_out_due(actor=actor, at=at)


def end_what_is_over() -> None:
    """Free run-out reservations and thawed numbers, mark agreements whose end is near, and tidy up once a day."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        numbers_due, agreements_due = upkeep_due(at), end_in_sight(local_date(at))
    if numbers_due:
        expire_reservations(actor=actor, at=at)
        thaw_numbers(actor=actor, at=at)
    if agreements_due:
        mark_expiring(actor=actor, at=at)
    tidy_usage(actor, at)


def expire_points_that_ran_out() -> None:
    """Take the points whose day has come (REG-31)."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        due = lots_due(local_date(at))
    if due:
        expire_points(actor=actor, at=at)


def advance_prepaid_lines() -> None:
    """Move prepaid lines on whose phases have ended, and end those that are reclaimed (domain 4.4)."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        due = bool(phases_due(at, limit=1))
    if due:
        advance_due_lines(actor=actor, at=at)


def tidy_usage(actor: Actor, at: datetime) -> None:
    """Once a day remove from the store of usage what a crash left there and nobody listed."""
    global _tidied  # noqa: PLW0603 - one worker is one process
    if _tidied is not None and _tidied <= at < _tidied + TIDY_EVERY:
        return
    with acting(actor):
        left = has_leftovers()
    if left:
        clean_store(actor=actor, at=at)
    _tidied = at
