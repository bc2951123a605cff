"""What the processes of the contention benchmark do: make the inventory, stand ready, fight, and tell."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from trunkline.kernel.clock import now
from trunkline.numbering.contention import contend, inserting, make_plain_table, reserving, wishes
from trunkline.numbering.operations import define_range, stock_numbers
from trunkline.numbering.types import NumberKind
from trunkline.security.operations import open_branch
from trunkline.security.queries import system_actor
from trunkline.security.types import Actor, Door

#: A prefix that no operator has.
_PREFIX = "1000"
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def prepare() -> None:
    """A branch, a range of numbers, and the plain table of the floor."""
    actor = system_actor(Door.CLI)
    open_branch(code="BENCH", name="基准", name_en="Benchmark", city_code="0000", actor=actor, at=_SINCE)
    define_range(
        prefix=_PREFIX,
        kind=NumberKind.MOBILE,
        use="mobile",
        valid_from=_SINCE.date(),
        actor=actor,
        at=_SINCE,
    )
    make_plain_table()


def serve(desks: int) -> None:
    """Do what each line of the standard input says, and print one line about it, until the input ends.

    ``stock`` takes a turn's numbers into stock. ``fight`` and ``plain`` ready a share of the workers, print that
    they stand, wait for one more line and print every worker's answer.
    """
    actor = system_actor(Door.CLI)
    for line in sys.stdin:
        said = json.loads(line)
        if said["do"] == "stock":
            stock_numbers(
                numbers=_numbers(said),
                kind=NumberKind.MOBILE,
                stock_id=max(actor.branch_ids),
                actor=actor,
                at=_SINCE,
            )
            _tell("stocked")
        else:
            _tell(_answers(said, desks, actor))


def _answers(said: dict[str, Any], desks: int, actor: Actor) -> list[dict[str, Any]]:
    at = now()
    wanted = list(enumerate(wishes(_numbers(said), said["workers"])))[said["first"] :: said["step"]]
    if said["do"] == "fight":
        served = reserving(expires_at=at + timedelta(days=1), actor=actor, at=at)
    else:
        served = inserting(said["turn"])
    found = contend(wanted, served, desks=desks, start=_let_go)
    return [asdict(each) for each in found]


def _let_go() -> None:
    _tell("ready")
    sys.stdin.readline()


def _numbers(said: dict[str, Any]) -> list[str]:
    """A turn's numbers: no other turn has them."""
    first = said["turn"] * said["numbers"]
    return [f"{_PREFIX}{first + n:07d}" for n in range(said["numbers"])]


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
