"""Tickets from the counter to the archive, departments, urging, and limits that are set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.items import application
from tests.lines import connect
from tests.support import snapshot
from tests.world import World
from trunkline.care import operations as care
from trunkline.care import queries
from trunkline.care.checks import CHECKS
from trunkline.care.types import (
    Area,
    Desk,
    Limit,
    Product,
    RepairLimit,
    SupportGrade,
    TicketFilter,
    TicketState,
    TicketView,
)
from trunkline.counter import desk as counter
from trunkline.interfaces.jobs import upkeep
from trunkline.kernel.clock import at_time
from trunkline.kernel.refusals import Refused
from trunkline.ordering.queries import order_items
from trunkline.ordering.types import Completion, OrderState, VerificationKind
from trunkline.ordering.verification import record_verification
from trunkline.security.audit import acting
from trunkline.security.types import Actor, Channel

HOUR = timedelta(hours=1)
CONTACT = {"contact_name": "冯立群", "contact_phone": "13855100001"}
FAULT = {"product": "mobile", "symptom": "不能呼出", **CONTACT}


@pytest.fixture
def agent(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="hotline_agent", branch="HF")


@pytest.fixture
def back_office(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="billing_officer")


def report(world: World, agent: Actor, at: datetime, lines: list[Any], **said: str) -> tuple[TicketView, ...]:
    """A fault reported by telephone: no papers, no handler, no proof of identity."""
    asked = application(world, "fault_report", lines, details=FAULT | said)
    placed = counter.place(request=replace(asked, handler_id=None, papers=()), actor=agent, at=at)
    assert placed.state in {OrderState.COMPLETED, OrderState.ACKNOWLEDGED}
    return queries.find_tickets(TicketFilter(order_id=placed.id), at=at, limit=1000)


def refused(verb: Callable[..., object], **arguments: Any) -> list[str]:
    before = snapshot()
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    assert snapshot() == before
    return [refusal.code for refusal in caught.value.refusals]


def test_a_fault_is_reported_by_telephone_handed_on_worked_around_and_archived(
    world: World, actor: Actor, agent: Actor, back_office: Actor, at: datetime
) -> None:
    (line,) = connect(world, actor, at, 1)
    (ticket,) = report(world, agent, at, [line])
    assert (ticket.channel, ticket.line_id, ticket.first_contact_id) == (
        Channel.HOTLINE_10010,
        line.line_id,
        agent.staff_id,
    )
    said = {"ticket_id": ticket.id, "at": at + HOUR}
    laid = care.hand_over_ticket(desk=Desk.NETWORK, text="请查基站", actor=agent, **said)
    assert (laid.desk, laid.owner_id, laid.state) == (Desk.NETWORK, agent.staff_id, TicketState.ACKNOWLEDGED)
    assert [t.id for t in queries.find_tickets(TicketFilter(desk=Desk.NETWORK), at=at)] == [ticket.id]
    taken = care.take_ticket(actor=back_office, **said)
    assert (taken.desk, taken.owner_id) == (None, back_office.staff_id)
    done = care.resolve_ticket(
        resolution="已转接备用线路",
        cause="基站断电",
        by_workaround=True,
        restored_at=at + HOUR / 2,
        actor=back_office,
        **said,
    )
    assert (done.resolved_at, done.restored_by_workaround) == (at + HOUR / 2, True)
    over = care.close_ticket(archive_reference="档2026-7", actor=back_office, **said)
    assert (over.state, over.first_contact_id) == (TicketState.CLOSED, agent.staff_id)
    assert queries.ticket_by_number(ticket.number) == over
    assert [entry.text for entry in queries.timeline(ticket.id)][1] == "→ 网络维护部门\n请查基站"


def test_the_hotline_reports_faults_only_through_the_channels_of_the_text(
    world: World, actor: Actor, agent: Actor, at: datetime
) -> None:
    (line,) = connect(world, actor, at, 1)
    asked = application(world, "fault_report", [line], details=FAULT)
    online = replace(agent, channel=Channel.WEB_HALL)
    assert refused(counter.place, request=asked, actor=online, at=at) == ["order.channel_not_allowed"]
    third = replace(agent, channel=Channel.HOTLINE_10019)
    assert counter.place(request=asked, actor=third, at=at).state is OrderState.COMPLETED


def test_a_large_order_is_written_later_and_its_clock_runs_from_the_report(
    world: World, actor: Actor, agent: Actor, at: datetime
) -> None:
    lines = connect(world, actor, at, 25)
    asked = replace(
        application(world, "fault_report", lines, details=FAULT), completion=Completion.WHAT_PASSES
    )
    placed = counter.place(request=asked, actor=agent, at=at)
    assert (placed.state, queries.find_tickets(TicketFilter(order_id=placed.id), at=at)) == (
        OrderState.ACKNOWLEDGED,
        (),
    )
    counter.execute(order_id=placed.id, actor=actor, at=at + 3 * HOUR)
    found = queries.find_tickets(TicketFilter(order_id=placed.id), at=at)
    assert {(t.opened_at, t.due_at, t.first_contact_id) for t in found} == {
        (at, at + 48 * HOUR, agent.staff_id)
    }
    assert {t.line_id: t.number for t in found} == {
        item.line_id: item.changes[-1].after for item in order_items(placed.id)
    }
    assert [place for check in CHECKS for place in check.find()] == []


def test_an_answer_that_reveals_data_needs_a_proof_of_identity_in_every_channel(
    world: World, actor: Actor, agent: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    clerk = make_actor(role="clerk", branch="HF")
    said = {"question": "上月账单多少钱", "answer": "46.00元", **CONTACT}
    asked = application(world, "enquiry", [], details=said | {"reveals_data": True})
    for who in (agent, clerk):
        assert refused(counter.place, request=asked, actor=who, at=at) == ["order.not_verified"]
        proof = record_verification(
            organization_id=world.organizations["HF"][0],
            branch_id=world.branches["HF"],
            line_id=None,
            kind=VerificationKind.THREE_CHECKS,
            passed=True,
            actor=replace(actor, channel=who.channel),
            at=at,
        )
        proved = replace(asked, verification_id=proof)
        assert counter.place(request=proved, actor=who, at=at).state is OrderState.COMPLETED
    general = application(world, "enquiry", [], details=said)
    assert counter.place(request=general, actor=agent, at=at).state is OrderState.COMPLETED


def test_an_enquiry_nobody_can_answer_at_once_lies_on_a_departments_desk(
    world: World, agent: Actor, at: datetime
) -> None:
    said = {"question": "能否开通专线", "desk": "sales", **CONTACT}
    placed = counter.place(request=application(world, "enquiry", [], details=said), actor=agent, at=at)
    (ticket,) = queries.find_tickets(TicketFilter(order_id=placed.id), at=at)
    assert (ticket.desk, ticket.state) == (Desk.SALES, TicketState.ACKNOWLEDGED)
    assert ticket.due_at == at + 24 * HOUR


def test_late_tickets_are_urged_once_for_each_limit(
    world: World, actor: Actor, agent: Actor, back_office: Actor, at: datetime
) -> None:
    first, second = report(world, agent, at, connect(world, actor, at, 2))
    assert not queries.urging_due(at + HOUR / 2)
    with at_time(at + HOUR):
        upkeep.urge_tickets()
        upkeep.urge_tickets()
    assert queries.urgings([first.id, second.id]) == dict.fromkeys(
        (first.id, second.id), (Limit.FIRST_RESPONSE,)
    )
    care.take_ticket(ticket_id=first.id, actor=back_office, at=at + HOUR)
    care.resolve_ticket(
        ticket_id=first.id, resolution="好", cause="断电", actor=back_office, at=at + 40 * HOUR
    )
    assert care.urge_overdue(actor=actor, at=at + 49 * HOUR) == 1
    assert care.urge_overdue(actor=actor, at=at + 50 * HOUR) == 0
    care.reopen_ticket(ticket_id=first.id, text="又断了", actor=back_office, at=at + 50 * HOUR)
    assert care.urge_overdue(actor=actor, at=at + 51 * HOUR) == 1
    assert set(queries.urgings([first.id, second.id]).values()) == {(Limit.FIRST_RESPONSE, Limit.ANSWER)}
    last = queries.timeline(second.id)[-1]
    assert (last.what, last.limit, last.text, last.staff_id) == (
        "urge",
        Limit.ANSWER,
        "办结时限",
        actor.staff_id,
    )
    assert queries.count_overdue(at + 51 * HOUR) == 2
    assert [place for check in CHECKS for place in check.find()] == []


def test_urging_needs_its_permission(agent: Actor, at: datetime) -> None:
    assert refused(care.urge_overdue, actor=agent, at=at) == ["permission.missing"]


def test_a_limit_that_is_set_holds_from_its_day_for_tickets_opened_under_it(
    world: World, actor: Actor, agent: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    manager = make_actor(role="department_manager")
    lines = connect(world, actor, at, 2)
    limit = RepairLimit(
        Product.MOBILE, Area.URBAN, SupportGrade.NORMAL, 12, "皖网维〔2026〕7号", date(2026, 10, 14)
    )
    care.set_repair_limit(limit=limit, actor=manager, at=at)
    (before,) = report(world, agent, at, lines[:1])
    (after,) = report(world, agent, at + 48 * HOUR, lines[1:])
    assert (before.due_at - before.opened_at, after.due_at - after.opened_at) == (48 * HOUR, 12 * HOUR)
    care.set_repair_limit(limit=replace(limit, hours=8, valid_from=date(2026, 10, 20)), actor=manager, at=at)
    with acting(manager):
        on = {
            day: next(found for found in queries.repair_limits(date(2026, 10, day)) if same(found, limit))
            for day in (13, 14, 19, 20)
        }
    assert {day: found.hours for day, found in on.items()} == {13: 48, 14: 12, 19: 12, 20: 8}
    assert on[13].valid_from is None
    assert on[19].valid_to == date(2026, 10, 20)
    again = {"actor": manager, "at": at}
    assert refused(care.set_repair_limit, limit=replace(limit, hours=9), **again) == ["limit.overlaps"]
    assert refused(care.set_repair_limit, limit=replace(limit, hours=49), **again) == ["limit.too_long"]
    assert refused(care.set_repair_limit, limit=replace(limit, valid_from=None), **again) == ["limit.undated"]
    assert refused(care.set_repair_limit, limit=limit, actor=agent, at=at) == ["permission.missing"]


def same(one: RepairLimit, other: RepairLimit) -> bool:
    return (one.product, one.area, one.grade) == (other.product, other.area, other.grade)


def test_tickets_are_found_by_what_is_known_of_them(
    world: World, actor: Actor, agent: Actor, at: datetime
) -> None:
    lines = connect(world, actor, at, 2)
    first, second = report(world, agent, at, lines)
    later = at + 49 * HOUR
    found = {
        "number": TicketFilter(text=first.number),
        "line": TicketFilter(line_id=first.line_id),
    }
    for wanted in found.values():
        assert [t.id for t in queries.find_tickets(wanted, at=later)] == [first.id]
    for wanted in (
        TicketFilter(text="13855100001"),
        TicketFilter(text="合肥示范银行"),
        TicketFilter(product=Product.MOBILE, overdue=True),
        TicketFilter(state=TicketState.ACKNOWLEDGED, owner_id=agent.staff_id),
    ):
        assert {t.id for t in queries.find_tickets(wanted, at=later)} == {first.id, second.id}
    assert queries.find_tickets(TicketFilter(overdue=True), at=at) == ()
    assert queries.find_tickets(TicketFilter(product=Product.FIXED), at=later) == ()
    with pytest.raises(Refused, match=r"ticket\.unknown"):
        queries.ticket_by_number("HF-F20261012-999999")
