"""实时话费: what a month has come to so far is what its bill says if nothing more comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from tests.items import application
from tests.lines import Connected, connect
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.billing.queries import bills_of_account
from trunkline.counter import desk
from trunkline.kernel.periods import Month
from trunkline.ordering.queries import order_items
from trunkline.ordering.types import OrderRequest, OrderState
from trunkline.runs.billrun import run_month
from trunkline.runs.intake import take_usage_file
from trunkline.runs.spending import charges_so_far
from trunkline.security.audit import acting
from trunkline.security.types import Actor, Channel

OCTOBER = Month(2026, 10)
CONNECTED = datetime(2026, 9, 10, 2, tzinfo=UTC)
NOW = datetime(2026, 10, 20, 2, tzinfo=UTC)
BILLED = datetime(2026, 11, 2, 2, tzinfo=UTC)
SO_FAR = "2026-10实时话费"
HEADER = "source,record_id,line_number,kind,direction,started_at,quantity"


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own for each test: the database is rolled back, the files would stay."""
    monkeypatch.setattr(settings, "TRUNKLINE_VAR", tmp_path / "var")


def use(folder: Path, line: Connected, records: int, actor: Actor, *, quantity: int = 100) -> None:
    """Short messages on the tenth of October."""
    path = folder / f"usage-{line.line_id}.csv"
    rows = [
        f"msc,{line.line_id}-{n},{line.number},sms,mo,2026-10-10T12:00:00+08:00,{quantity}"
        for n in range(records)
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    assert take_usage_file(path=path, actor=actor, at=NOW).accepted == records


def told(request: OrderRequest, actor: Actor, at: datetime) -> list[dict[str, str]]:
    hall = replace(actor, channel=Channel.OWN_HALL)
    placed = desk.place(request=request, actor=hall, at=at)
    if placed.state is not OrderState.COMPLETED:
        placed = desk.execute(order_id=placed.id, actor=hall, at=at)
    check_deferred()
    assert placed.state is OrderState.COMPLETED
    with acting(actor):
        found = order_items(placed.id)
    return [{change.name.zh: change.after for change in item.changes} for item in found]


def test_a_balance_query_tells_what_the_month_has_come_to_as_its_bill_will(
    world: World, actor: Actor, tmp_path: Path
) -> None:
    busy, other, idle = connect(world, actor, CONNECTED, 3)
    use(tmp_path, busy, 9, actor)
    use(tmp_path, other, 3, actor)
    answers = told(application(world, "balance_query", [busy, other, idle]), actor, NOW)
    with acting(actor):
        so_far = charges_so_far({busy.line_id, other.line_id, idle.line_id}, OCTOBER)
        alone = charges_so_far({busy.line_id}, OCTOBER)
    assert set(so_far) == {busy.line_id, other.line_id}
    assert alone == {busy.line_id: so_far[busy.line_id]}
    sums = {line: sum((c.amount for c in charges), Decimal(0)) for line, charges in so_far.items()}
    assert sums[busy.line_id] > sums[other.line_id] > Decimal(46)
    assert [answer.get(SO_FAR) for answer in answers] == [
        f"{sums[busy.line_id]}元（未出账）",
        f"{sums[other.line_id]}元（未出账）",
        None,
    ]
    run_month(month=OCTOBER, actor=actor, at=BILLED)
    with acting(actor):
        for line in (busy, other):
            bill = next(b for b in bills_of_account(line.account_id) if b.month == OCTOBER)
            assert bill.total == sums[line.line_id]


def test_what_a_month_came_to_is_not_told_of_the_next_and_asking_changes_nothing(
    world: World, actor: Actor, tmp_path: Path
) -> None:
    (busy,) = connect(world, actor, CONNECTED, 1)
    use(tmp_path, busy, 2, actor)
    with acting(actor):
        before = snapshot()
        assert set(charges_so_far({busy.line_id}, OCTOBER)) == {busy.line_id}
        assert charges_so_far({busy.line_id}, OCTOBER.next()) == {}
        assert charges_so_far(set(), OCTOBER) == {}
        assert snapshot() == before
    (answer,) = told(application(world, "balance_query", [busy]), actor, BILLED)
    assert not any("实时话费" in name for name in answer)
