"""Choosing lines by filter or by sheet: the same few statements however many lines, and faults row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.items import application
from tests.lines import Connected, connect
from tests.support import snapshot
from tests.world import World, number_of
from trunkline.counter import desk
from trunkline.counter.choosing import (
    LineFilter,
    lines_matching,
    refused_sheet,
    select_matching,
    select_of_sheet,
    sheet_template,
)
from trunkline.counter.registry import service_item
from trunkline.kernel.refusals import Refused
from trunkline.kernel.sheets import Column, read_sheet, write_sheet
from trunkline.kernel.text import Text
from trunkline.ordering.selections import select_lines, selected_lines, selection
from trunkline.ordering.types import Completion, LineChoice, SelectionSource
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.types import LineState, StopCause

ITEM = "suspension"


@pytest.fixture
def clerk(world: World, make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


@pytest.fixture
def lines(world: World, actor: Actor, at: datetime) -> list[Connected]:
    return connect(world, actor, at, 4)


@pytest.fixture
def bank(world: World) -> int:
    return world.organizations["HF"][0]


def sheet(*rows: tuple[str, ...], header: tuple[str, ...] = ("号码",)) -> bytes:
    return write_sheet(header, rows)


def by_sheet(bank: int, content: bytes, clerk: Actor, at: datetime, item: str = ITEM) -> int:
    return select_of_sheet(item_code=item, organization_id=bank, content=content, actor=clerk, at=at)


def test_a_filter_means_the_lines_that_are_so_now(
    world: World, bank: int, clerk: Actor, lines: list[Connected], at: datetime
) -> None:
    desk.place(request=application(world, ITEM, lines[:1]), actor=clerk, at=at)
    ids = [line.line_id for line in lines]
    with acting(clerk):
        assert lines_matching(LineFilter(bank)) == tuple(ids)
        assert lines_matching(LineFilter(bank, state=LineState.TERMINATED)) == ()
        assert lines_matching(LineFilter(bank, cause=StopCause.VOLUNTARY)) == (ids[0],)
        assert lines_matching(LineFilter(bank, text=lines[2].number[-4:])) == (ids[2],)
        assert lines_matching(LineFilter(bank, text="100%")) == ()
        assert lines_matching(LineFilter(bank, agreement_id=0)) == ()
        assert lines_matching(LineFilter(bank, plan_id=0)) == ()
        assert lines_matching(LineFilter(world.organizations["WH"][0])) == ()


def test_a_choice_is_kept_a_day_for_who_made_it_and_for_what(
    bank: int, clerk: Actor, lines: list[Connected], make_actor: Callable[..., Actor], at: datetime
) -> None:
    made = select_matching(item_code=ITEM, wanted=LineFilter(bank), actor=clerk, at=at)
    asked = {"organization_id": bank, "item_code": ITEM}
    with acting(clerk):
        kept = selection(made, actor=clerk, at=at)
        assert kept is not None
        assert kept.count == len(lines)
        assert selection(made, actor=clerk, at=at + timedelta(days=1)) is None
        chosen = selected_lines(made, **asked, actor=clerk, at=at)
        assert chosen == tuple(LineChoice(line.line_id) for line in lines)
    other = make_actor(role="account_manager", branch="HF")
    stale = (
        (clerk, at + timedelta(days=1), asked),
        (other, at, asked),
        (clerk, at, {**asked, "item_code": "resumption"}),
    )
    for who, when, what in stale:
        with acting(who), pytest.raises(Refused) as refused:
            selected_lines(made, **what, actor=who, at=when)
        assert [one.code for one in refused.value.refusals] == ["selection.unknown"]


def test_a_filter_that_means_nothing_chooses_nothing(bank: int, clerk: Actor, at: datetime) -> None:
    with acting(clerk):
        before = snapshot()
    with pytest.raises(Refused) as refused:
        select_matching(item_code=ITEM, wanted=LineFilter(bank, text="无此人"), actor=clerk, at=at)
    assert [one.code for one in refused.value.refusals] == ["selection.empty"]
    with acting(clerk):
        assert snapshot() == before


def test_a_sheet_gives_its_lines_with_their_answers(
    bank: int, clerk: Actor, lines: list[Connected], at: datetime
) -> None:
    new = number_of("HF", 300)
    content = sheet((lines[1].number, new), header=("号码", "新号码"))
    made = by_sheet(bank, content, clerk, at, "number_change")
    with acting(clerk):
        (chosen,) = selected_lines(made, organization_id=bank, item_code="number_change", actor=clerk, at=at)
    assert chosen == LineChoice(lines[1].line_id, {"new_number": new})


def test_every_fault_of_a_sheet_is_told_with_its_row(
    bank: int, clerk: Actor, lines: list[Connected], at: datetime
) -> None:
    content = sheet(
        (lines[0].number, "x1"),
        ("18600000000", number_of("HF", 300)),
        (lines[1].number, ""),
        (lines[2].number, number_of("HF", 301)),
        (lines[2].number, number_of("HF", 302)),
        header=("号码", "新号码"),
    )
    with acting(clerk):
        before = snapshot()
    with pytest.raises(Refused) as refused:
        by_sheet(bank, content, clerk, at, "number_change")
    told = [(one.code, one.text.zh.split("：")[0]) for one in refused.value.refusals]
    assert told == [
        ("order.field_malformed", "第 1 行"),
        ("line.unknown", "第 2 行"),
        ("order.field_missing", "第 3 行"),
        ("line.repeated", "第 4 行"),
        ("line.repeated", "第 5 行"),
    ]
    with acting(clerk):
        assert snapshot() == before


def test_the_template_can_be_filled_in_and_the_reasons_sent_again(
    world: World, bank: int, clerk: Actor, lines: list[Connected], at: datetime
) -> None:
    desk.place(request=application(world, ITEM, lines[:1]), actor=clerk, at=at)
    request = application(world, ITEM, lines, completion=Completion.WHAT_PASSES)
    with acting(clerk):
        judged = desk.dry_run(request, actor=clerk, at=at)
    reasons = refused_sheet(judged, "zh-hans")
    made = by_sheet(bank, reasons, clerk, at)
    with acting(clerk):
        (chosen,) = selected_lines(made, organization_id=bank, item_code=ITEM, actor=clerk, at=at)
    assert chosen.line_id == lines[0].line_id
    for item in ("suspension", "number_change"):
        with pytest.raises(Refused) as refused:
            read_sheet(
                sheet_template(service_item(item), "zh-hans"),
                columns=[Column("number", Text("号码", "Number"))],
                ignored=("新号码",),
                max_rows=5,
            )
        assert [one.code for one in refused.value.refusals] == ["sheet.no_rows"]


def test_choosing_takes_the_same_statements_for_fifty_lines_and_for_five_thousand(
    world: World, bank: int, clerk: Actor, actor: Actor, at: datetime
) -> None:
    counts = []
    for number in (50, 5_000):
        choices = [LineChoice(line) for line in range(1, number + 1)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            made = select_lines(
                organization_id=bank,
                branch_id=world.branches["HF"],
                item_code=ITEM,
                source=SelectionSource.FILTER,
                lines=choices,
                actor=clerk,
                at=at,
            )
            with acting(clerk):
                selected_lines(made, organization_id=bank, item_code=ITEM, actor=clerk, at=at)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_filters_and_sheets_take_the_same_statements_for_few_and_many_lines(
    bank: int, clerk: Actor, world: World, actor: Actor, at: datetime
) -> None:
    counts = []
    held: list[Connected] = []
    for more in (5, 45):
        held += connect(world, actor, at + timedelta(minutes=more), more)
        content = sheet(*((line.number,) for line in held))
        with CaptureQueriesContext(connection) as seen:
            select_matching(item_code=ITEM, wanted=LineFilter(bank), actor=clerk, at=at)
            by_sheet(bank, content, clerk, at)
        counts.append(len(seen))
    assert counts[0] == counts[1]
