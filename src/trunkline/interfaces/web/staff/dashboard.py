"""What the home page shows, gathered from the contexts' queries."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from trunkline.agreements import queries as agreements
from trunkline.agreements.rules.renewal import RenewalStanding
from trunkline.agreements.types import IN_FORCE, AgreementState
from trunkline.billing import queries as billing
from trunkline.billing.types import MonthTotals
from trunkline.care import queries as care
from trunkline.kernel.periods import local_date
from trunkline.numbering.requests import queries as number_requests
from trunkline.numbering.requests.types import Speaker
from trunkline.ordering import queries as ordering
from trunkline.ordering.types import OrderState
from trunkline.party import queries as party
from trunkline.security.types import Actor

MONTHS = 12
_TO_APPROVE = (RenewalStanding.RECOMMENDED, RenewalStanding.OBJECTED)
_ON_THE_WAY = (
    AgreementState.DRAFT,
    AgreementState.REVIEW,
    AgreementState.PRINTED,
    AgreementState.SIGNED_BY_CUSTOMER,
    AgreementState.SIGNED_BY_OPERATOR,
)


def _chart(months: tuple[MonthTotals, ...]) -> dict[str, Any]:
    return {
        "names": [_("应收金额"), _("已收金额")],
        "months": [str(m.month) for m in months],
        "series": [[str(m.billed) for m in months], [str(m.settled) for m in months]],
    }


def _term_tasks(actor: Actor, today: date) -> dict[str, Any]:
    """What the terms of agreements ask of `actor`: renewals to review or approve, shortfalls of members (P2-01, P2-27)."""
    renewals = agreements.renewals_to_review(today)
    short = agreements.short_of_members(today) if actor.may("agreement.revise") else {}
    wanted = {
        made: view
        for made, view in renewals.items()
        if actor.may("renewal.decide" if view.standing in _TO_APPROVE else "renewal.review")
    }
    found = {a.id: a for a in agreements.agreements_by_id({*wanted, *short})}
    return {
        "renewals": [(found[made], view) for made, view in wanted.items()],
        "short_of_members": [(found[made], progress) for made, progress in short.items()],
        "term_names": party.organizations({a.organization_id for a in found.values()}),
    }


def dashboard(actor: Actor, at: datetime) -> dict[str, Any]:
    """The context of the home page for `actor`, who sees the rows of their own branches only."""
    found = agreements.find_agreements(limit=200)
    orders = ordering.find_orders(open_only=True, limit=50)
    months = billing.month_totals(MONTHS)
    in_force = [a for a in found if a.state in IN_FORCE]
    ids = {a.organization_id for a in found} | {o.organization_id for o in orders}
    arrears = billing.arrears_by_organization(local_date(at))
    names = party.organizations(ids | set(arrears))
    return {
        "on_the_way": [a for a in found if a.state in _ON_THE_WAY],
        "in_force": in_force,
        "promised": sum(a.minimum_members for a in in_force),
        "connected": sum(a.connected for a in in_force),
        "orders": orders,
        "failed": sum(1 for o in orders if o.state is OrderState.FAILED),
        "arrears": sorted(arrears.items(), key=lambda item: item[1], reverse=True)[:8],
        "arrears_total": sum(arrears.values(), Decimal(0)),
        "arrears_count": len(arrears),
        "provisional": party.incomplete_identities()[:8],
        "last_month": months[-1] if months else None,
        "chart": _chart(months),
        "open_tickets": sum(count.open for count in care.counts(at).values()),
        "overdue_tickets": care.count_overdue(at),
        "wishes": number_requests.count_due(
            Speaker.DESK if actor.may("number_request.reserve") else Speaker.UNIT
        ),
        **_term_tasks(actor, local_date(at)),
        "names": names,
        "today": local_date(at),
    }
