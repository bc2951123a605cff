"""Rent waived for slow repairs (REG-04) on the bills, against an oracle that counts days one by one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.conf import settings

from tests.lines import Connected, connect
from tests.support import check_deferred
from tests.world import World
from trunkline.billing import queries as billing
from trunkline.billing.checks import CHECKS as BILLING
from trunkline.billing.documents import bill_document
from trunkline.billing.types import BillLineView, ChargeKind
from trunkline.care import operations as care
from trunkline.care.types import Area, Product, TicketKind, TicketRequest, TicketView
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import SHANGHAI, Month
from trunkline.ledger.checks import CHECKS as LEDGER
from trunkline.runs import billrun
from trunkline.runs.billrun import run_month
from trunkline.runs.checks import CHECKS as RUNS
from trunkline.security.types import Actor, Channel

BEFORE = datetime(2026, 9, 10, 2, tzinfo=UTC)
OCTOBER, NOVEMBER, DECEMBER = Month(2026, 10), Month(2026, 11), Month(2026, 12)


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TRUNKLINE_VAR", tmp_path_factory.mktemp("var"))


def on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)


def after(month: Month) -> datetime:
    return month.end + timedelta(days=1, hours=10)


def fault(
    world: World,
    line: Connected,
    since: str,
    until: str,
    actor: Actor,
    *,
    by_terminal: bool = False,
    put_down: str | None = None,
) -> TicketView:
    """A fault reported and restored at these times, put down when it was restored unless said."""
    asked = TicketRequest(
        TicketKind.FAULT,
        world.organizations["HF"][0],
        "冯立群",
        "13855100001",
        "无信号",
        "无信号",
        Area.URBAN,
        Product.MOBILE,
        line.line_id,
    )
    hall = replace(actor, channel=Channel.OWN_HALL)
    opened = care.open_ticket(request=asked, actor=hall, at=on(since))
    care.take_ticket(ticket_id=opened.id, actor=actor, at=on(since))
    return care.resolve_ticket(
        ticket_id=opened.id,
        resolution="已修复",
        cause="光缆中断",
        restored_at=on(until),
        by_terminal=by_terminal,
        actor=actor,
        at=on(put_down or until),
    )


def run(month: Month, actor: Actor) -> None:
    done = run_month(month=month, actor=actor, at=after(month))
    assert done.parked == 0
    check_deferred()


def credits_of(line: Connected, month: Month) -> list[BillLineView]:
    (bill,) = [b for b in billing.bills_of_account(line.account_id) if b.month == month]
    found = billing.bill_lines(bill.id)
    assert sum((one.amount for one in found), ZERO) == bill.total
    return [one for one in found if one.kind is ChargeKind.CREDIT]


def given(line: Connected, month: Month) -> dict[str, Decimal]:
    return {one.code: one.amount for one in credits_of(line, month)}


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in (*BILLING, *LEDGER, *RUNS) for place in check.find()]


def oracle(rent: str, month: Month, faults: Iterable[tuple[str, str]]) -> Decimal:
    """What is given back of a month's rent: every calendar day asked whether any slow fault touched it."""
    touched, day = 0, month.first_day
    while day <= month.last_day:
        begins, ends = on(day.isoformat()), on((day + timedelta(days=1)).isoformat())
        touched += any(
            on(since) < ends and on(until) > begins and on(until) - on(since) > timedelta(hours=48)
            for since, until in faults
        )
        day += timedelta(days=1)
    fen = math.ceil(Fraction(rent) * touched / month.last_day.day * 100)
    return -Decimal(fen) / 100


def test_the_days_of_a_slow_repair_are_given_back_with_the_reason_and_the_ticket(
    world: World, actor: Actor
) -> None:
    line, other = connect(world, actor, BEFORE, 2)
    ticket = fault(world, line, "2026-10-03T09:00", "2026-10-08T18:00", actor)
    run(OCTOBER, actor)
    (credit,) = credits_of(line, OCTOBER)
    assert credit.amount == oracle("46.00", OCTOBER, [("2026-10-03T09:00", "2026-10-08T18:00")])
    assert (credit.code, credit.quantity, credit.unit) == ("waived_rent.2026-10.1", 6, "day")
    assert credit.amount == Decimal("-8.91")
    assert credit.price_reference == "电信条例 第三十二条"
    assert credit.explanation["rule"] == "REG-04"
    assert credit.explanation["tickets"] == [ticket.number]
    assert credit.explanation["formula_zh"] == "46.00元 × 6天 ÷ 31天 = 8.91元"
    assert ticket.number in credit.explanation["note_zh"]
    assert credit.explanation["rounding"] == "up"
    assert credits_of(other, OCTOBER) == []
    (bill,) = billing.bills_of_account(line.account_id)
    assert bill.total == Decimal("37.09")
    assert bill_document(bill.id, after(OCTOBER)).startswith(b"%PDF")
    assert broken() == []


@pytest.mark.parametrize(
    "faults",
    [
        [("2026-10-03T09:00", "2026-10-05T09:00")],
        [("2026-10-03T09:00", "2026-10-05T09:01")],
        [("2026-10-03T09:00", "2026-10-08T00:00")],
        [("2026-09-28T09:00", "2026-10-02T10:00")],
        [("2026-10-29T23:59", "2026-11-02T00:00")],
        [("2026-10-01T00:00", "2026-11-01T00:00")],
        [("2026-10-03T09:00", "2026-10-08T18:00"), ("2026-10-07T09:00", "2026-10-12T18:00")],
        [("2026-10-03T09:00", "2026-10-04T18:00"), ("2026-10-20T09:00", "2026-10-27T01:00")],
    ],
)
def test_the_credit_is_the_oracles_for_every_shape_of_fault(
    world: World, actor: Actor, faults: list[tuple[str, str]]
) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    for since, until in faults:
        fault(world, line, since, until, actor)
    run(OCTOBER, actor)
    expected = oracle("46.00", OCTOBER, faults)
    assert sum(given(line, OCTOBER).values(), ZERO) == expected
    assert broken() == []


def test_a_terminals_own_fault_waives_nothing(world: World, actor: Actor) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    fault(world, line, "2026-10-03T09:00", "2026-10-08T18:00", actor, by_terminal=True)
    run(OCTOBER, actor)
    assert credits_of(line, OCTOBER) == []


def test_days_of_a_month_billed_already_are_given_back_on_the_next_bill(world: World, actor: Actor) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    faults = [("2026-10-29T09:00", "2026-11-03T18:00")]
    run(OCTOBER, actor)
    fault(world, line, *faults[0], actor)
    run(NOVEMBER, actor)
    assert given(line, OCTOBER) == {}
    assert given(line, NOVEMBER) == {
        "waived_rent.2026-10.1": oracle("46.00", OCTOBER, faults),
        "waived_rent.2026-11.1": oracle("46.00", NOVEMBER, faults),
    }
    assert broken() == []


def test_a_fault_that_comes_back_gives_back_only_what_was_not_given(world: World, actor: Actor) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    ticket = fault(world, line, "2026-10-03T09:00", "2026-10-08T18:00", actor)
    run(OCTOBER, actor)
    care.reopen_ticket(ticket_id=ticket.id, text="又断了", actor=actor, at=on("2026-11-03T09:00"))
    care.resolve_ticket(
        ticket_id=ticket.id,
        resolution="已修复",
        cause="光缆中断",
        restored_at=on("2026-10-12T09:00"),
        actor=actor,
        at=on("2026-11-03T10:00"),
    )
    run(NOVEMBER, actor)
    whole = oracle("46.00", OCTOBER, [("2026-10-03T09:00", "2026-10-12T09:00")])
    (before,) = given(line, OCTOBER).values()
    (credit,) = credits_of(line, NOVEMBER)
    assert (credit.code, before + credit.amount) == ("waived_rent.2026-10.2", whole)
    assert "此前已减免8.91元" in credit.explanation["formula_zh"]
    run(DECEMBER, actor)
    assert given(line, DECEMBER) == {}
    assert broken() == []


def test_a_credit_too_large_for_its_bill_is_carried_to_the_next(world: World, actor: Actor) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    run(OCTOBER, actor)
    fault(world, line, "2026-10-01T00:00", "2026-11-28T00:00", actor)
    run(NOVEMBER, actor)
    run(DECEMBER, actor)
    assert given(line, NOVEMBER) == {"waived_rent.2026-10.1": Decimal("-46.00")}
    assert given(line, DECEMBER) == {"waived_rent.2026-11.1": Decimal("-41.40")}
    (november,) = [b for b in billing.bills_of_account(line.account_id) if b.month == NOVEMBER]
    assert (november.total, november.state) == (ZERO, "paid")
    assert broken() == []


def test_what_is_put_down_after_a_run_began_waits_for_the_next_so_that_it_can_be_made_again(
    world: World, actor: Actor, tmp_path: Path
) -> None:
    (line,) = connect(world, actor, BEFORE, 1)
    billrun.start_bill_run(month=OCTOBER, actor=actor, at=after(OCTOBER))
    fault(
        world,
        line,
        "2026-10-03T09:00",
        "2026-10-08T18:00",
        actor,
        put_down=(after(OCTOBER) + timedelta(hours=1)).astimezone(SHANGHAI).replace(tzinfo=None).isoformat(),
    )
    run(OCTOBER, actor)
    assert given(line, OCTOBER) == {}
    run(NOVEMBER, actor)
    assert list(given(line, NOVEMBER)) == ["waived_rent.2026-10.1"]


def test_the_oracle_itself_counts_days() -> None:
    assert oracle("31.00", OCTOBER, [("2026-10-03T09:00", "2026-10-08T18:00")]) == Decimal("-6.00")
    assert oracle("31.00", OCTOBER, [("2026-10-03T09:00", "2026-10-05T09:00")]) == ZERO
    assert date(2026, 10, 31) == OCTOBER.last_day
