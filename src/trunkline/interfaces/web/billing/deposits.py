"""靓号预存款 of an agreement: how each stands, and its months as a table and a picture (P2-09, P2-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.agreements import queries as agreements
from trunkline.billing.deposit_months import DepositMonth
from trunkline.billing.queries.premiums import DepositStanding, deposit_of_agreement, deposits_of_agreement
from trunkline.interfaces.web.page import StaffRequest, page
from trunkline.kernel.money import ZERO
from trunkline.numbering.queries import grades
from trunkline.party import queries as party

#: The picture is as wide as its months and a hundred high; it is stretched to the page.
_BAR, _GAP, _HEIGHT = 8, 2, 100


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: from which height down, how high, and what it is."""

    top: Decimal
    height: Decimal
    kind: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A month of the picture: the whole deposit, from the bottom what is used, carried over and un-released."""

    month: DepositMonth
    left: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture of a deposit. `width` counts in the units of its bars."""

    width: int
    bars: tuple[Bar, ...]


def chart_of(standing: DepositStanding) -> Chart:
    """Where the deposit is after each month; of months to come, what will have been released."""
    used = ZERO
    bars = []
    for place, month in enumerate(standing.months):
        used += month.used + month.offset
        kind = "planned" if month.planned else "carried"
        pieces = (("used", used), (kind, month.carried_over), ("unreleased", month.unreleased))
        bars.append(Bar(month, place * (_BAR + _GAP) + _GAP // 2, _stacked(pieces, standing.received)))
    return Chart(len(bars) * (_BAR + _GAP), tuple(bars))


def _stacked(pieces: Sequence[tuple[str, Decimal]], whole: Decimal) -> tuple[Part, ...]:
    """Pieces one upon the other, as parts of the height that `whole` has."""
    top, found = Decimal(_HEIGHT), []
    for kind, amount in pieces:
        if whole and amount > 0:
            height = (amount * _HEIGHT / whole).quantize(Decimal("0.01"))
            top -= height
            found.append(Part(top, height, kind))
    return tuple(found)


@page("agreement.view")
def of_agreement(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """The deposit of each premium number of an agreement."""
    agreement = agreements.agreement(agreement_id)
    standings = deposits_of_agreement(agreement_id, agreement.organization_id)
    context = {
        "agreement": agreement,
        "organization": party.organization(agreement.organization_id),
        "standings": standings,
        "grades": {grade.code: grade for grade in grades()},
        "received": sum((each.received for each in standings), ZERO),
        "unreleased": sum((each.unreleased for each in standings), ZERO),
        "carried_over": sum((each.carried_over for each in standings), ZERO),
        "used": sum((each.used for each in standings), ZERO),
    }
    return render(request, "billing/deposits.html", context)


@page("agreement.view")
def of_number(request: StaffRequest, agreement_id: int, number: str) -> HttpResponse:
    """One number's deposit month by month: past months from the ledger, months to come from the plan."""
    agreement = agreements.agreement(agreement_id)
    standing = deposit_of_agreement(agreement_id, agreement.organization_id, number)
    context = {
        "agreement": agreement,
        "organization": party.organization(agreement.organization_id),
        "standing": standing,
        "chart": chart_of(standing),
        "bar": _BAR,
        "height": _HEIGHT,
    }
    return render(request, "billing/deposit.html", context)
