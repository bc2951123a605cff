"""Number and SIM stock of the demo branches."""

from __future__ import annotations

from datetime import datetime

from trunkline.interfaces.cli.demo.codes import sim_card
from trunkline.interfaces.cli.demo.province import members_in
from trunkline.numbering import operations as numbering
from trunkline.numbering.types import NumberKind
from trunkline.security.types import Actor
from trunkline.subscriptions import operations as subscriptions

#: First six digits of a branch's numbers.
PREFIXES = {"HF": "186551", "WH": "186553"}
#: First six digits of a branch's 400 numbers.
PREFIXES_400 = {"HF": "400655", "WH": "400653"}
_ENDINGS_400 = (*range(1_000, 1_120), 1_888, 6_666, 8_888)
#: Numbers in the plain block, of which about one in thirty is premium.
_PLAIN = 2_500
#: Five-digit endings in which the dearest patterns lie.
_PREMIUM_BLOCKS = (range(6_600, 6_700), range(8_800, 8_900), range(16_600, 16_700), range(28_800, 28_900))
#: SIM cards beyond those that the demo hands out.
_SPARE_CARDS = 500


def _endings(lines: int) -> list[int]:
    plain = range(max(_PLAIN, round(lines * 1.2) + 500))
    return sorted({*plain, *(ending for block in _PREMIUM_BLOCKS for ending in block)})


def load_stock(branches: dict[str, int], scale: float, *, actor: Actor, at: datetime) -> None:
    """Stock both branches with numbers and SIM cards for the lines they will connect, and some more."""
    first_card = 0
    for code, branch_id in branches.items():
        lines = members_in(code, scale)
        numbering.stock_numbers(
            numbers=[f"{PREFIXES[code]}{ending:05d}" for ending in _endings(lines)],
            kind=NumberKind.MOBILE,
            stock_id=branch_id,
            actor=actor,
            at=at,
        )
        numbering.stock_numbers(
            numbers=[f"{PREFIXES_400[code]}{ending:04d}" for ending in _ENDINGS_400],
            kind=NumberKind.SERVICE_400,
            stock_id=branch_id,
            actor=actor,
            at=at,
        )
        cards = lines + _SPARE_CARDS
        subscriptions.stock_sims(
            iccids_imsis=[sim_card(first_card + place) for place in range(cards)],
            stock_id=branch_id,
            actor=actor,
            at=at,
        )
        first_card += cards


def stray_numbers() -> tuple[str, ...]:
    """Numbers of the stock that no line holds: usage of theirs finds nobody to charge."""
    return tuple(f"{PREFIXES['HF']}{ending:05d}" for ending in _PREMIUM_BLOCKS[-1][50:60])
