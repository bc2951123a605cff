"""What turns by itself beside the queued jobs. Each looks first, and leaves an audit row only when it acts."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from trunkline.agreements.operations import mark_expiring, settle_terms
from trunkline.agreements.queries import end_in_sight, terms_to_settle
from trunkline.billing.operations import mark_prepayments_due
from trunkline.billing.queries import prepayments_falling_due
from trunkline.care.operations import urge_overdue
from trunkline.care.queries import urging_due
from trunkline.counter.booking import carry_out_due
from trunkline.counter.prepaid import advance_due_lines
from trunkline.kernel.clock import now
from trunkline.kernel.periods import local_date
from trunkline.ledger.points.operations import expire_points
from trunkline.ledger.points.queries import lots_due
from trunkline.messaging import delivery
from trunkline.messaging.gateways import Gateway, GatewayMisconfigured, gateway_for
from trunkline.messaging.operations import expire_messages, recover_messages
from trunkline.messaging.queries import tending_due
from trunkline.messaging.types import MessageKind
from trunkline.numbering.operations import expire_reservations, thaw_numbers
from trunkline.numbering.queries import upkeep_due
from trunkline.ordering.queries import orders_due
from trunkline.rating.queries import uncounted_files
from trunkline.runs.fair_use import count_new_data
from trunkline.runs.intake import clean_store, has_leftovers, scan_inbox
from trunkline.security.audit import acting
from trunkline.security.queries import system_actor
from trunkline.security.types import Actor, Door
from trunkline.subscriptions.operations import reopen_data
from trunkline.subscriptions.queries import bars_over, phases_due

#: How often a worker looks through the whole store of usage. It does so first when it starts, as after a crash.
TIDY_EVERY = timedelta(days=1)
_tidied: datetime | None = None

log = logging.getLogger(__name__)

#: The way out of each kind of message, kept open between rounds; None where the environment names none.
_gateways: dict[MessageKind, Gateway | None] = {}


def take_in_usage() -> None:
    """Take in the usage files that were dropped into the inbox."""
    scan_inbox(folder=settings.TRUNKLINE_VAR / "inbox", actor=system_actor(Door.JOB), at=now())


def mind_the_data_caps() -> None:
    """Open the data of a new month, count what came in, and bar the lines that reached their caps (P2-14, P2-15)."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        over, waiting = bars_over(at), bool(uncounted_files(1))
    if over:
        reopen_data(actor=actor, at=at)
    if waiting:
        count_new_data(actor=actor, at=at)


def carry_out_booked_orders() -> None:
    """Carry out the booked orders whose day has come (S11-D)."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        due = orders_due(local_date(at))
    if due:
        carry_out_due(actor=actor, at=at)


def urge_tickets() -> None:
    """Urge the tickets that have passed a limit, day and night (P1-03)."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        due = urging_due(at)
    if due:
        urge_overdue(actor=actor, at=at)


def end_what_is_over() -> None:
    """Free run-out reservations and thawed numbers, mark what falls due, and tidy up once a day (S08-G2)."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        numbers_due, agreements_due = upkeep_due(at), end_in_sight(local_date(at))
        refunds_due = prepayments_falling_due(local_date(at))
    if numbers_due:
        expire_reservations(actor=actor, at=at)
        thaw_numbers(actor=actor, at=at)
    if agreements_due:
        mark_expiring(actor=actor, at=at)
    if refunds_due:
        mark_prepayments_due(actor=actor, at=at)
    tidy_usage(actor, at)


def settle_agreement_terms() -> None:
    """Renew or end the agreements whose term runs out, as their reviews say (P2-27)."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        due = terms_to_settle(local_date(at))
    if due:
        settle_terms(actor=actor, at=at)


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


def send_messages(kind: MessageKind) -> None:
    """Hand due messages of a kind to their gateway; without one they wait, and the page of messages says so."""
    gateway = _gateway(kind)
    if gateway is None:
        return
    actor = system_actor(Door.JOB)
    delivery.send_due(kind=kind, gateway=gateway, actor=actor, now=now)
    delivery.take_receipts(gateway=gateway, actor=actor, now=now)


def tend_messages() -> None:
    """Let messages expire that were not sent in time, and take up those that a dead worker held."""
    actor, at = system_actor(Door.JOB), now()
    with acting(actor):
        expired, lost = tending_due(at)
    if expired:
        expire_messages(actor=actor, at=at)
    if lost:
        recover_messages(actor=actor, at=at)


def _gateway(kind: MessageKind) -> Gateway | None:
    if kind not in _gateways:
        try:
            _gateways[kind] = gateway_for(kind)
        except GatewayMisconfigured as error:
            _gateways[kind] = None
            log.error("messages of kind %s wait: their gateway's setting cannot be used: %s", kind, error)  # noqa: TRY400
    return _gateways[kind]
