"""What changes about lines: number, card, plan, owner, masks, and their end; a few statements for all lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from trunkline.kernel.refusals import Refused
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.operations.stock import take_sims
from trunkline.subscriptions.operations.stopping import changed, require_live
from trunkline.subscriptions.rules import NUMBER_HAS_LINE, OFFERING_OPEN, person_key
from trunkline.subscriptions.types import Address, DetailType, LineState, NameType

#: Codes for porting belong to the line as its owner has it.
_END_PORT_CODES = (
    "UPDATE subscriptions_portcode SET ended_at = %(at)s "
    "WHERE line_id = ANY(%(lines)s) AND ended_at IS NULL RETURNING line_id"
)


@operation("line.change_number")
def change_numbers(*, changes: Mapping[int, str], actor: Actor, at: datetime) -> None:
    """Give lines other numbers (S03); the new ones have been taken into use, the old ones are the caller's to free.

    `Refused` when a line is not in use, or a number has a line (``line.number_has_line``).
    """
    lines, numbers = list(changes), list(changes.values())
    require_live(lines)
    changed(
        "UPDATE subscriptions_linenumber SET valid_to = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND valid_to IS NULL RETURNING line_id",
        {"lines": lines, "at": at},
    )
    try:
        with transaction.atomic():
            changed(
                "INSERT INTO subscriptions_linenumber (line_id, branch_id, number, valid_from) "
                "SELECT l.id, l.branch_id, new.number, %(at)s "
                "FROM unnest(%(lines)s::bigint[], %(numbers)s::text[]) AS new (line, number) "
                "JOIN subscriptions_line l ON l.id = new.line RETURNING line_id",
                {"lines": lines, "numbers": numbers, "at": at},
            )
    except IntegrityError as error:
        if "a_number_has_one_holder" in str(error):
            raise Refused(NUMBER_HAS_LINE.about(", ".join(numbers[:5]))) from error
        raise
    changed(
        "UPDATE subscriptions_line SET number = new.number "
        "FROM unnest(%(lines)s::bigint[], %(numbers)s::text[]) AS new (line, number) "
        "WHERE id = new.line RETURNING id",
        {"lines": lines, "numbers": numbers},
    )


@operation("line.replace_sim")
def replace_sims(*, line_ids: Sequence[int], stock_id: int, actor: Actor, at: datetime) -> dict[int, str]:
    """Retire the cards of lines and give each another from a branch's stock (S12); the new ICCIDs by line.

    `Refused` (``sim.stock_exhausted``) when there are too few.
    """
    require_live(line_ids)
    sims = take_sims(stock_id, len(line_ids))
    changed(
        "UPDATE subscriptions_sim SET retired_at = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND retired_at IS NULL RETURNING line_id",
        {"lines": list(line_ids), "at": at},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE subscriptions_sim SET line_id = new.line, issued_at = %s "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS new (sim, line) "
            "WHERE subscriptions_sim.id = new.sim RETURNING line_id, iccid",
            [at, sims, list(line_ids)],
        )
        return dict(cursor.fetchall())


@operation("line.terminate")
def terminate_lines(*, line_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """End lines (S05): number, plan, services, stops, card, owner and codes for porting end with them.

    Numbers are the caller's to freeze.
    """
    require_live(line_ids)
    parameters = {"lines": list(line_ids), "at": at, "ended": LineState.TERMINATED}
    for table in ("linenumber", "lineoffering", "lineowner", "lineservice", "lineaddress"):
        changed(
            f"UPDATE subscriptions_{table} SET valid_to = %(at)s "
            "WHERE line_id = ANY(%(lines)s) AND valid_to IS NULL RETURNING line_id",
            parameters,
        )
    for table in ("linestop", "linemask", "linephase"):
        changed(
            f"UPDATE subscriptions_{table} SET until = %(at)s "
            "WHERE line_id = ANY(%(lines)s) AND until IS NULL RETURNING line_id",
            parameters,
        )
    changed(
        "UPDATE subscriptions_sim SET retired_at = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND retired_at IS NULL RETURNING line_id",
        parameters,
    )
    changed(_END_PORT_CODES, parameters)
    changed(
        "UPDATE subscriptions_line SET state = %(ended)s, terminated_at = %(at)s "
        "WHERE id = ANY(%(lines)s) RETURNING id",
        parameters,
    )


@operation("line.transfer")
def transfer_lines(
    *,
    accounts: Mapping[int, int],
    organization_id: int,
    users: Mapping[int, tuple[str, str]],
    actor: Actor,
    at: datetime,
) -> None:
    """Hand lines to another organisation of the same branch (S02): `accounts` names the new account of each line.

    `users` holds name and identity number of the actual user where he changes (REG-13). What was used before `at`
    stays the old owner's; masks, the service password and codes for porting end with him.
    """
    lines = list(accounts)
    require_live(lines)
    parameters = {
        "lines": lines,
        "accounts": list(accounts.values()),
        "organization": organization_id,
        "type": NameType.ORGANIZATION,
        "at": at,
    }
    changed(
        "UPDATE subscriptions_lineowner SET valid_to = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND valid_to IS NULL RETURNING line_id",
        parameters,
    )
    changed(
        "INSERT INTO subscriptions_lineowner (line_id, branch_id, organization_id, account_id, valid_from) "
        "SELECT l.id, l.branch_id, %(organization)s, new.account, %(at)s "
        "FROM unnest(%(lines)s::bigint[], %(accounts)s::bigint[]) AS new (line, account) "
        "JOIN subscriptions_line l ON l.id = new.line RETURNING line_id",
        parameters,
    )
    changed(
        "UPDATE subscriptions_linemask SET until = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND until IS NULL RETURNING line_id",
        parameters,
    )
    changed(
        "UPDATE subscriptions_linepassword SET current_id = NULL "
        "WHERE line_id = ANY(%(lines)s) AND current_id IS NOT NULL RETURNING line_id",
        parameters,
    )
    changed(_END_PORT_CODES, parameters)
    changed(
        "UPDATE subscriptions_line SET organization_id = %(organization)s, account_id = new.account, "
        "name_type = %(type)s "
        "FROM unnest(%(lines)s::bigint[], %(accounts)s::bigint[]) AS new (line, account) "
        "WHERE id = new.line RETURNING id",
        parameters,
    )
    _set_users(users)


@operation("line.change_user")
def change_users(*, users: Mapping[int, tuple[str, str]], actor: Actor, at: datetime) -> None:
    """Register other actual users of lines: name and identity number (S09-1, REG-13)."""
    require_live(list(users))
    _set_users(users)


def _set_users(users: Mapping[int, tuple[str, str]]) -> None:
    changed(
        "UPDATE subscriptions_line SET user_name = new.name, user_id_number = new.id_number "
        "FROM unnest(%(lines)s::bigint[], %(names)s::text[], %(ids)s::text[]) AS new (line, name, id_number) "
        "WHERE id = new.line RETURNING id",
        {
            "lines": list(users),
            "names": [name.strip() for name, _ in users.values()],
            "ids": [person_key(id_number) for _, id_number in users.values()],
        },
    )


@operation("line.change_plan")
def change_plans(
    *, line_ids: Sequence[int], offering_id: int, first_month_mode: str | None, actor: Actor, at: datetime
) -> None:
    """Put lines on another plan from `at` on (十)."""
    require_live(line_ids)
    parameters = {"lines": list(line_ids), "at": at, "offering": offering_id, "mode": first_month_mode}
    changed(
        "UPDATE subscriptions_lineoffering SET valid_to = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND is_plan AND valid_to IS NULL RETURNING line_id",
        parameters,
    )
    changed(
        "INSERT INTO subscriptions_lineoffering "
        "(line_id, branch_id, offering_id, is_plan, first_month_mode, valid_from) "
        "SELECT l.id, l.branch_id, %(offering)s, true, %(mode)s, %(at)s FROM subscriptions_line l "
        "WHERE l.id = ANY(%(lines)s) RETURNING line_id",
        parameters,
    )


@operation("line.open_offering")
def open_offerings(*, line_ids: Sequence[int], offering_id: int, actor: Actor, at: datetime) -> None:
    """Order a product beside the plan (产品订制); `Refused` names each line that has it (``line.offering_open``)."""
    require_live(line_ids)
    reached = changed(
        "INSERT INTO subscriptions_lineoffering (line_id, branch_id, offering_id, is_plan, valid_from) "
        "SELECT l.id, l.branch_id, %(offering)s, false, %(at)s FROM subscriptions_line l "
        "WHERE l.id = ANY(%(lines)s) AND NOT EXISTS (SELECT 1 FROM subscriptions_lineoffering o "
        "WHERE o.line_id = l.id AND o.offering_id = %(offering)s AND o.valid_to IS NULL) RETURNING line_id",
        {"lines": list(line_ids), "at": at, "offering": offering_id},
    )
    if missing := [line for line in line_ids if line not in reached]:
        raise Refused(OFFERING_OPEN.about(str(line)) for line in missing)


@operation("line.close_offering")
def close_offerings(*, line_ids: Sequence[int], offering_id: int, actor: Actor, at: datetime) -> None:
    """End a product beside the plan (产品退订)."""
    require_live(line_ids)
    changed(
        "UPDATE subscriptions_lineoffering SET valid_to = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND offering_id = %(offering)s AND NOT is_plan AND valid_to IS NULL "
        "RETURNING line_id",
        {"lines": list(line_ids), "at": at, "offering": offering_id},
    )


@operation("line.mask")
def set_masks(
    *, line_ids: Sequence[int], detail_types: Collection[DetailType], actor: Actor, at: datetime
) -> None:
    """Let exactly `detail_types` be hidden in the details of lines (S31-E1); none lifts all masks."""
    require_live(line_ids)
    parameters = {"lines": list(line_ids), "types": sorted(detail_types), "at": at}
    changed(
        "UPDATE subscriptions_linemask SET until = %(at)s WHERE line_id = ANY(%(lines)s) "
        "AND until IS NULL AND detail_type <> ALL(%(types)s::text[]) RETURNING line_id",
        parameters,
    )
    changed(
        "INSERT INTO subscriptions_linemask (line_id, branch_id, detail_type, since) "
        "SELECT l.id, l.branch_id, kind, %(at)s "
        "FROM subscriptions_line l, unnest(%(types)s::text[]) AS kind WHERE l.id = ANY(%(lines)s) "
        "ON CONFLICT (line_id, detail_type) WHERE until IS NULL DO NOTHING RETURNING line_id",
        parameters,
    )


@operation("line.relocate")
def relocate_lines(*, line_ids: Sequence[int], address: Address, actor: Actor, at: datetime) -> None:
    """Install lines at another address from `at` on (S04); where they were before stays on record."""
    require_live(line_ids)
    parameters = asdict(address) | {"lines": list(line_ids), "at": at}
    changed(
        "UPDATE subscriptions_lineaddress SET valid_to = %(at)s "
        "WHERE line_id = ANY(%(lines)s) AND valid_to IS NULL RETURNING line_id",
        parameters,
    )
    changed(
        "INSERT INTO subscriptions_lineaddress "
        "(line_id, branch_id, province, city, district, street, rural, valid_from) "
        "SELECT l.id, l.branch_id, %(province)s, %(city)s, %(district)s, %(street)s, %(rural)s, %(at)s "
        "FROM subscriptions_line l WHERE l.id = ANY(%(lines)s) RETURNING line_id",
        parameters,
    )
