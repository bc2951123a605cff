"""What every list of tickets shows beside the tickets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from trunkline.care.queries import urgings
from trunkline.care.types import TicketView
from trunkline.interfaces.web.page import StaffRequest, leafed
from trunkline.party.queries import organizations
from trunkline.security.queries import staff_names
from trunkline.subscriptions.queries import lines


def ticket_context(tickets: Sequence[TicketView]) -> dict[str, Any]:
    """Who has them, whose they are, of which lines, and what they were urged for."""
    return {
        "organizations": organizations({t.organization_id for t in tickets}),
        "owners": staff_names({t.owner_id for t in tickets}),
        "held_lines": lines({t.line_id for t in tickets if t.line_id is not None}),
        "urged": urgings([t.id for t in tickets]),
    }


def ticket_rows(request: StaffRequest, fetch: Callable[[int, int], Sequence[TicketView]]) -> dict[str, Any]:
    """One leaf of tickets with what is shown beside them."""
    context = leafed(request, fetch)
    return {**context, **ticket_context(context["items"]), "now": request.at}
