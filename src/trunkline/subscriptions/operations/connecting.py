"""Verbs on lines and SIM cards. One line or fifty thousand take the same statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection

from trunkline.catalog.queries import offerings
from trunkline.catalog.types import OfferingKind, PaymentMode
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import NumberState
from trunkline.party.queries import accounts_by_id
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions import queries
from trunkline.subscriptions.operations.living import begin_lives
from trunkline.subscriptions.operations.stock import take_sims
from trunkline.subscriptions.rules import (
    BRANCH_OUT_OF_REACH,
    NUMBER_HAS_LINE,
    ConnectFacts,
    connect_refusals,
    person_key,
    person_locks,
)
from trunkline.subscriptions.types import LineState, NameType, NewLine

#: First key of the advisory locks by person (the second is one of `rules.PERSON_LOCKS`).
_PERSON_LOCK = 14


def _facts(lines: Sequence[NewLine], organization_id: int, branch_id: int, at: datetime) -> ConnectFacts:
    """Everything the rules ask about, one query a fact.

    Persons are counted only after their queues are entered, so that two sessions cannot both see four lines.
    """
    persons = {person_key(line.user_id_number) for line in lines}
    wanted = [line.number for line in lines]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, queue) FROM unnest(%s::int[]) AS queue",
            [_PERSON_LOCK, list(person_locks(persons))],
        )
    accounts = accounts_by_id({line.account_id for line in lines})
    return ConnectFacts(
        assigned={n for n, view in numbers(wanted).items() if view.state is NumberState.IN_USE},
        occupied=queries.occupied_numbers(wanted, at),
        accounts={
            id_
            for id_, account in accounts.items()
            if (account.organization_id, account.branch_id) == (organization_id, branch_id)
        },
        plans={offering.id for offering in offerings(OfferingKind.PLAN)},
        held=queries.live_lines_of_persons(persons),
    )


def _insert_lines(
    lines: Sequence[NewLine], organization_id: int, branch_id: int, name_type: NameType, at: datetime
) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO subscriptions_line (branch_id, organization_id, state, name_type, activated_at, "
            "account_id, number, user_name, user_id_number) "
            "SELECT %s, %s, %s, %s, %s, account, number, name, id_number "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) WITH ORDINALITY "
            "AS new (account, number, name, id_number, place) ORDER BY place RETURNING id",
            [
                branch_id,
                organization_id,
                LineState.ACTIVE,
                name_type,
                at,
                [line.account_id for line in lines],
                [line.number for line in lines],
                [line.user_name.strip() for line in lines],
                [person_key(line.user_id_number) for line in lines],
            ],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def _insert_belongings(
    *,
    ids: Sequence[int],
    lines: Sequence[NewLine],
    sims: Sequence[int],
    organization_id: int,
    branch_id: int,
    at: datetime,
) -> None:
    """Number, owner, plan, terminal and SIM card of new lines, a statement each."""
    statements: tuple[tuple[str, list[Any]], ...] = (
        (
            "INSERT INTO subscriptions_linenumber (line_id, branch_id, number, valid_from) "
            "SELECT line, %s, number, %s FROM unnest(%s::bigint[], %s::text[]) AS new (line, number)",
            [branch_id, at, list(ids), [line.number for line in lines]],
        ),
        (
            "INSERT INTO subscriptions_lineowner (line_id, branch_id, organization_id, account_id, valid_from) "
            "SELECT line, %s, %s, account, %s FROM unnest(%s::bigint[], %s::bigint[]) AS new (line, account)",
            [branch_id, organization_id, at, list(ids), [line.account_id for line in lines]],
        ),
        (
            "INSERT INTO subscriptions_lineoffering (line_id, branch_id, offering_id, is_plan, "
            "first_month_mode, valid_from) SELECT line, %s, offering, true, mode, %s "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS new (line, offering, mode)",
            [
                branch_id,
                at,
                list(ids),
                [line.offering_id for line in lines],
                [line.first_month_mode for line in lines],
            ],
        ),
        (
            "INSERT INTO subscriptions_terminal (line_id, branch_id, model_id, imei, since) "
            "SELECT line, %s, model, imei, %s "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS new (line, model, imei) "
            "WHERE model IS NOT NULL OR imei <> ''",
            [
                branch_id,
                at,
                list(ids),
                [line.terminal_model_id for line in lines],
                [line.imei for line in lines],
            ],
        ),
        (
            "UPDATE subscriptions_sim SET line_id = new.line, issued_at = %s "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS new (sim, line) WHERE subscriptions_sim.id = new.sim",
            [at, list(sims), list(ids)],
        ),
    )
    with connection.cursor() as cursor:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)


@operation("line.connect")
def connect_lines(
    *,
    lines: Sequence[NewLine],
    organization_id: int,
    branch_id: int,
    name_type: NameType,
    actor: Actor,
    at: datetime,
) -> tuple[int, ...]:
    """Connect new lines of one organisation at once and return their ids in the order of `lines`.

    Each is active from `at` on (移动业务立即生效), with its number, plan, terminal and a SIM card of the branch's
    stock. Numbers must have been taken into use by `numbering.operations.assign_numbers`. `branch_id` is the
    organisation's. Prepaid lines wait to be activated (S32-1). Call it once in a transaction: it queues with
    others by person (REG-14).

    `Refused` with every reason: number not assigned or held, real name missing (REG-13), a person's sixth line
    over the whole operator (REG-14), an account of someone else, no plan, too few SIM cards.
    """
    if branch_id not in actor.branch_ids:
        raise Refused(BRANCH_OUT_OF_REACH)
    raise_if_any(connect_refusals(lines, _facts(lines, organization_id, branch_id, at)))
    sims = take_sims(branch_id, len(lines))
    ids = _insert_lines(lines, organization_id, branch_id, name_type, at)
    try:
        _insert_belongings(
            ids=ids,
            lines=lines,
            sims=sims,
            organization_id=organization_id,
            branch_id=branch_id,
            at=at,
        )
    except IntegrityError as error:
        if "a_number_has_one_holder" in str(error):
            raise Refused(NUMBER_HAS_LINE.about(", ".join(line.number for line in lines[:5]))) from error
        raise
    prepaid = {plan.id for plan in offerings(OfferingKind.PLAN) if plan.payment_mode is PaymentMode.PREPAID}
    if waiting := [id_ for id_, line in zip(ids, lines, strict=True) if line.offering_id in prepaid]:
        begin_lives(waiting, at)
    return tuple(ids)
