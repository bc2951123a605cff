"""SIM cards: into a branch's stock, and out of it to lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.rules import (
    SIM_OTHER_STOCK,
    SIM_STOCK_EXHAUSTED,
    SIM_STOCKED_ALREADY,
    sim_refusals,
)


@operation("sim.stock")
def stock_sims(*, iccids_imsis: Sequence[tuple[str, str]], stock_id: int, actor: Actor, at: datetime) -> int:
    """Take SIM cards (pairs of ICCID and IMSI) into a branch's stock. Returns how many (REG-24)."""
    if stock_id not in actor.branch_ids:
        raise Refused(SIM_OTHER_STOCK)
    raise_if_any(sim_refusals(iccids_imsis))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO subscriptions_sim (iccid, imsi, stock_id) "
            "SELECT iccid, imsi, %s FROM unnest(%s::text[], %s::text[]) AS new (iccid, imsi) "
            "ON CONFLICT DO NOTHING RETURNING iccid",
            [stock_id, [iccid for iccid, _ in iccids_imsis], [imsi for _, imsi in iccids_imsis]],
        )
        stocked = [iccid for (iccid,) in cursor.fetchall()]
    if len(stocked) < len(iccids_imsis):
        known = set(stocked)
        missing = [iccid for iccid, _ in iccids_imsis if iccid not in known]
        raise Refused(SIM_STOCKED_ALREADY.about(iccid) for iccid in missing or [iccids_imsis[0][0]])
    return len(stocked)


def take_sims(stock_id: int, count: int) -> list[int]:
    """Ids of cards of a stock that no other session is about to take, locked; `Refused` when there are fewer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM subscriptions_sim WHERE stock_id = %s AND line_id IS NULL AND retired_at IS NULL "
            "ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
            [stock_id, count],
        )
        found = [id_ for (id_,) in cursor.fetchall()]
    if len(found) < count:
        raise Refused(SIM_STOCK_EXHAUSTED.filled(wanted=count, found=len(found)))
    return found
