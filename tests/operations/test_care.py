"""Faults, complaints and enquiries on a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.breaking import break_by, copy_to_break
from tests.conftest import Cluster
from tests.items import application
from tests.lines import connect
from tests.support import snapshot
from tests.world import World, logins
from trunkline.care import operations as care
from trunkline.care import queries
from trunkline.care.checks import CHECKS
from trunkline.care.types import (
    AppealOutcome,
    Area,
    Product,
    RepairLimit,
    SupportGrade,
    TicketCount,
    TicketFilter,
    TicketKind,
    TicketRequest,
    TicketView,
    WaivedPeriod,
)
from trunkline.counter import desk
from trunkline.kernel.checks import Check
from trunkline.kernel.refusals import Refused
from trunkline.party.operations import grade_organization
from trunkline.party.types import ServiceGrade
from trunkline.security.audit import acting, operation
from trunkline.security.models import AuditChange
from trunkline.security.queries import actor_by_login, system_actor
from trunkline.security.types import Actor, Channel, Door

UNFINISHED = TicketFilter(unfinished=True)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def clerk(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


@pytest.fixture
def back_office(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="billing_officer")


def request(world: World, **changed: Any) -> TicketRequest:
    whole = TicketRequest(
        TicketKind.FAULT,
        world.organizations["HF"][0],
        "冯立群",
        "13855100001",
        "总机不能呼出",
        "今早起所有分机不能呼出，能呼入",
        product=Product.FIXED,
        circuit="0551-62600000",
    )
    return replace(whole, **changed)


def complaint(world: World, **changed: Any) -> TicketRequest:
    return request(world, kind=TicketKind.COMPLAINT, product=None, circuit="", **changed)


def opened(asked: TicketRequest, actor: Actor, at: datetime) -> TicketView:
    return care.open_ticket(request=asked, actor=actor, at=at)


def resolved(ticket: TicketView, actor: Actor, at: datetime, **said: Any) -> TicketView:
    """Taken and resolved at once."""
    if ticket.state in {"acknowledged", "pending"}:
        care.take_ticket(ticket_id=ticket.id, actor=actor, at=at)
    words = {"resolution": "已更换板卡", "cause": "板卡故障"} | said
    return care.resolve_ticket(ticket_id=ticket.id, actor=actor, at=at, **words)


def told(ticket: TicketView, actor: Actor, at: datetime) -> TicketView:
    return care.note_ticket(
        ticket_id=ticket.id, text="已电话告知冯女士", told_customer=True, actor=actor, at=at
    )


def closed(ticket: TicketView, actor: Actor, at: datetime) -> TicketView:
    return care.close_ticket(ticket_id=ticket.id, archive_reference="档2026-001", actor=actor, at=at)


def refused(verb: Callable[..., object], **arguments: Any) -> list[str]:
    """The codes with which `verb` is refused; nothing has changed by it."""
    before = snapshot()
    with pytest.raises(Refused) as caught:
        verb(**arguments)
    assert snapshot() == before
    return [refusal.code for refusal in caught.value.refusals]


def happened(ticket: TicketView) -> list[str]:
    return [entry.what.value for entry in queries.timeline(ticket.id)]


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def test_a_fault_is_followed_from_the_report_to_the_archive_by_whoever_was_asked_first(
    world: World, clerk: Actor, back_office: Actor, at: datetime
) -> None:
    ticket = opened(request(world), clerk, at)
    assert (ticket.state, ticket.channel, ticket.grade) == ("acknowledged", "own_hall", "normal")
    assert (ticket.first_response_due_at, ticket.due_at) == (at + timedelta(minutes=30), at + 48 * HOUR)
    assert ticket.number == f"HF-F20261012-{ticket.id:06d}"
    handed = care.hand_over_ticket(
        ticket_id=ticket.id, to_staff_id=back_office.staff_id, text="请网络侧处理", actor=clerk, at=at + HOUR
    )
    assert (handed.first_contact_id, handed.owner_id) == (clerk.staff_id, back_office.staff_id)
    care.take_ticket(ticket_id=ticket.id, actor=back_office, at=at + HOUR)
    assert told(ticket, clerk, at + 2 * HOUR).first_responded_at == at + 2 * HOUR
    assert told(ticket, clerk, at + 3 * HOUR).first_responded_at == at + 2 * HOUR
    waiting = care.hold_ticket(ticket_id=ticket.id, text="等待备件", actor=back_office, at=at + 4 * HOUR)
    assert (waiting.state, waiting.due_at) == ("pending", ticket.due_at)
    done = resolved(waiting, back_office, at + 6 * HOUR, restored_at=at + 5 * HOUR, by_workaround=True)
    assert (done.state, done.resolved_at, done.restored_by_workaround) == ("resolved", at + 5 * HOUR, True)
    over = closed(done, back_office, at + DAY)
    assert (over.state, over.closed_at, over.archive_reference) == ("closed", at + DAY, "档2026-001")
    assert over.first_contact_id == clerk.staff_id
    assert over.waived is None
    assert happened(ticket) == [
        *("open", "hand_over", "take", "feedback", "feedback", "hold", "take", "resolve", "close")
    ]
    first, *_, last = queries.timeline(ticket.id)
    assert (first.at, first.staff_id, first.text) == (at, clerk.staff_id, ticket.description)
    assert (last.staff_id, last.text, last.state) == (back_office.staff_id, "档2026-001", "closed")
    assert queries.ticket(ticket.id) == over
    assert broken() == []
    changed = AuditChange.objects.filter(table_name="care_ticket", row_id=str(ticket.id)).order_by("id")
    assert [change.operation.verb for change in changed][:2] == ["ticket.open", "ticket.hand_over"]


def test_the_customers_grade_or_the_circuits_own_makes_the_limit_stricter(
    world: World, actor: Actor, clerk: Actor, at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    grade_organization(organization_id=bank, grade=ServiceGrade.GOLD, actor=actor, at=at)
    fixed = opened(request(world, area=Area.RURAL), clerk, at)
    assert (fixed.grade, fixed.green_channel, fixed.due_at) == (SupportGrade.AA, True, at + 36 * HOUR)
    circuit = request(world, product=Product.CIRCUIT, circuit="合芜ETN0001")
    assert opened(circuit, clerk, at).due_at == at + 4 * HOUR
    best = opened(replace(circuit, grade=SupportGrade.AAA), clerk, at)
    assert (best.grade, best.due_at) == (SupportGrade.AAA, at + 2 * HOUR)
    plain = opened(replace(circuit, grade=SupportGrade.NORMAL), clerk, at)
    assert (plain.green_channel, plain.due_at) == (False, at + 24 * HOUR)


def test_a_fault_of_a_line_is_taken_for_its_organisation_only(
    world: World, actor: Actor, clerk: Actor, at: datetime
) -> None:
    line = connect(world, actor, at, 1)[0].line_id
    asked = request(world, product=Product.MOBILE, circuit="", line_id=line)
    ticket = opened(asked, clerk, at)
    assert (ticket.line_id, ticket.product) == (line, Product.MOBILE)
    others = replace(asked, organization_id=world.organizations["HF"][1])
    assert refused(care.open_ticket, request=others, actor=clerk, at=at) == ["ticket.line_not_theirs"]


def test_an_incomplete_ticket_or_a_closed_channel_is_refused_and_nothing_changes(
    world: World, clerk: Actor, back_office: Actor, at: datetime
) -> None:
    empty = request(world, reporter_name="", reporter_phone="", subject="", product=None, circuit="")
    assert refused(care.open_ticket, request=empty, actor=clerk, at=at) == [
        "ticket.reporter_missing",
        "ticket.phone_wrong",
        "ticket.words_missing",
        "ticket.product_missing",
        "ticket.of_what_missing",
    ]
    assert refused(care.open_ticket, request=request(world), actor=back_office, at=at) == ["ticket.channel"]
    nobody = request(world, organization_id=0)
    assert refused(care.open_ticket, request=nobody, actor=clerk, at=at) == ["organization.unknown"]
    assert refused(care.take_ticket, ticket_id=0, actor=back_office, at=at) == ["ticket.unknown"]
    heard = opened(complaint(world), replace(back_office, channel=Channel.WEB_HALL), at)
    assert heard.channel is Channel.WEB_HALL


def test_a_late_repair_waives_the_rent_unless_the_terminal_was_the_cause_and_the_customer_is_told(
    world: World, clerk: Actor, back_office: Actor, at: datetime
) -> None:
    late = at + 50 * HOUR
    ticket = resolved(opened(request(world), clerk, at), back_office, late)
    assert ticket.waived == WaivedPeriod(date(2026, 10, 12), date(2026, 10, 15))
    archive = {"ticket_id": ticket.id, "archive_reference": "档2026-002", "actor": back_office}
    assert refused(care.close_ticket, **archive, at=late) == ["ticket.late_not_told"]
    told(ticket, clerk, late)
    assert closed(ticket, back_office, late).waived == ticket.waived
    theirs = resolved(opened(request(world), clerk, at), back_office, late, by_terminal=True)
    assert (theirs.waived, theirs.caused_by_terminal) == (None, True)
    rural = resolved(opened(request(world, area=Area.RURAL), clerk, at), back_office, late)
    assert rural.waived is None


def test_a_customer_who_is_not_satisfied_has_it_reopened_and_the_clock_never_stopped(
    world: World, clerk: Actor, back_office: Actor, at: datetime
) -> None:
    ticket = resolved(opened(request(world), clerk, at), back_office, at + HOUR, by_workaround=True)
    again = care.reopen_ticket(ticket_id=ticket.id, text="仍不能呼出", actor=clerk, at=at + 2 * HOUR)
    assert (again.state, again.resolved_at, again.resolution) == ("inProgress", None, "")
    assert (again.restored_by_workaround, again.due_at) == (False, ticket.due_at)
    assert broken() == []
    done = resolved(again, back_office, at + 60 * HOUR)
    assert done.waived is not None
    assert done.waived.days == 3
    assert [e.text for e in queries.timeline(ticket.id) if e.what == "resolve"] == ["已更换板卡"] * 2


def test_a_complaint_is_archived_after_its_answer_was_told(
    world: World, clerk: Actor, back_office: Actor, at: datetime
) -> None:
    ticket = opened(complaint(world), clerk, at)
    assert (ticket.due_at, ticket.arose_on) == (at + 15 * DAY, date(2026, 10, 12))
    told(ticket, clerk, at)
    ticket = resolved(ticket, back_office, at + DAY, cause="")
    archive = {"ticket_id": ticket.id, "actor": back_office, "at": at + DAY}
    assert refused(care.close_ticket, archive_reference="", **archive) == [
        "ticket.archive_missing",
        "ticket.answer_not_told",
    ]
    told(ticket, clerk, at + DAY)
    assert closed(ticket, back_office, at + DAY).state == "closed"


def test_an_archived_complaint_is_appealed_judged_by_the_centre_and_settled_again(
    world: World, clerk: Actor, back_office: Actor, at: datetime
) -> None:
    ticket = resolved(opened(complaint(world), clerk, at), back_office, at + DAY)
    told(ticket, clerk, at + DAY)
    ticket = closed(ticket, back_office, at + DAY)
    one = {"ticket_id": ticket.id, "actor": back_office}
    appealed = care.appeal_ticket(text="不认可答复", **one, at=at + 2 * DAY)
    assert (appealed.state, appealed.closed_at, appealed.appealed_at) == ("appealed", None, at + 2 * DAY)
    upheld = {"outcome": AppealOutcome.UPHELD, "text": "退还费用"}
    assert refused(care.decide_appeal, **upheld, **one, at=at + 3 * DAY) == ["ticket.appeal_not_accepted"]
    assert refused(care.accept_appeal, reference="", **one, at=at + 3 * DAY) == [
        "ticket.appeal_reference_missing"
    ]
    accepted = care.accept_appeal(reference="皖申2026-8", **one, at=at + 4 * DAY)
    assert (accepted.state, accepted.appeal_accepted_at) == ("appealed", at + 4 * DAY)
    turned_down = {"outcome": AppealOutcome.NOT_ACCEPTED, "text": "不予受理"}
    assert refused(care.decide_appeal, **turned_down, **one, at=at + 5 * DAY) == [
        "ticket.appeal_accepted_already"
    ]
    decided = care.decide_appeal(**upheld, **one, at=at + 20 * DAY)
    assert (decided.state, decided.resolved_at, decided.appeal_outcome) == ("inProgress", None, "upheld")
    again = {"ticket_id": ticket.id, "text": "再次申诉", "actor": back_office}
    assert refused(care.appeal_ticket, **again, at=at + 20 * DAY) == ["ticket.appealed_already"]
    ticket = resolved(decided, back_office, at + 21 * DAY)
    told(ticket, clerk, at + 21 * DAY)
    over = closed(ticket, back_office, at + 21 * DAY)
    assert (over.state, over.appeal_decided_at, over.appeal_reference) == (
        *("closed", at + 20 * DAY, "皖申2026-8"),
    )
    assert broken() == []


def test_an_appeal_too_early_too_late_or_of_no_complaint_is_refused_and_nothing_changes(
    world: World, clerk: Actor, back_office: Actor, at: datetime
) -> None:
    def appeal(asked: TicketRequest, later: timedelta, *, answered: bool) -> list[str]:
        ticket = opened(asked, clerk, at)
        if answered:
            resolved(ticket, back_office, at)
        arguments = {"ticket_id": ticket.id, "text": "不认可答复", "actor": back_office}
        return refused(care.appeal_ticket, **arguments, at=at + later)

    assert appeal(complaint(world), 15 * DAY, answered=False) == ["ticket.appeal_too_early"]
    old_fee = complaint(world, about_fee=True, arose_on=date(2026, 5, 11))
    assert appeal(old_fee, DAY, answered=True) == ["ticket.appeal_fee_too_old"]
    old = complaint(world, arose_on=date(2024, 10, 11))
    assert appeal(old, DAY, answered=True) == ["ticket.appeal_too_old"]
    assert appeal(request(world), DAY, answered=True) == ["ticket.not_a_complaint"]
    unanswered = opened(complaint(world), clerk, at)
    late = care.appeal_ticket(
        ticket_id=unanswered.id, text="至今未答复", actor=back_office, at=at + 15 * DAY + HOUR
    )
    assert late.state == "appealed"
    back = care.decide_appeal(
        ticket_id=late.id,
        outcome=AppealOutcome.NOT_ACCEPTED,
        text="材料不全",
        actor=back_office,
        at=at + 18 * DAY,
    )
    assert (back.state, back.appeal_accepted_at, back.appeal_outcome) == ("inProgress", None, "not_accepted")
    assert broken() == []


def test_what_the_state_or_the_words_do_not_allow_is_refused_and_nothing_changes(
    world: World, clerk: Actor, back_office: Actor, at: datetime
) -> None:
    ticket = opened(request(world), clerk, at)
    one = {"ticket_id": ticket.id, "actor": back_office, "at": at + HOUR}
    repair = {"resolution": "已修复", "cause": "断纤"}
    state, words = ["ticket.wrong_state"], ["ticket.text_missing"]
    assert refused(care.resolve_ticket, **repair, **one) == state
    assert refused(care.close_ticket, archive_reference="档1", **one) == state
    assert refused(care.reopen_ticket, text="未好", **one) == state
    assert refused(care.hold_ticket, text="", **one) == state + words
    assert refused(care.note_ticket, text=" ", **one) == words
    assert refused(care.cancel_ticket, text="", **one) == words
    assert refused(care.accept_appeal, reference="1", **one) == state
    assert refused(care.note_ticket, text="早", ticket_id=ticket.id, actor=clerk, at=at - HOUR) == [
        "ticket.out_of_order"
    ]
    care.take_ticket(**one)
    assert refused(care.take_ticket, **one) == state
    early = {"restored_at": at - HOUR, "by_workaround": True}
    assert refused(care.resolve_ticket, resolution="", cause="", **early, **one) == [
        "ticket.resolution_missing",
        "ticket.cause_missing",
        "ticket.restored_outside",
    ]
    dropped = care.cancel_ticket(text="与另一工单重复", **one)
    assert dropped.state == "cancelled"
    assert refused(care.note_ticket, text="补记", **one) == state
    assert refused(care.take_ticket, **one) == state
    assert broken() == []


def test_a_ticket_is_handed_only_to_somebody_else_who_works_on_tickets_in_its_branch(
    world: World, make_actor: Callable[..., Actor], clerk: Actor, at: datetime
) -> None:
    ticket = opened(request(world), clerk, at)
    one = {"ticket_id": ticket.id, "text": "请处理", "actor": clerk, "at": at}
    for receiver, expected in (
        (clerk.staff_id, "ticket.owner_already"),
        (make_actor(role="clerk", branch="WH").staff_id, "ticket.receiver_elsewhere"),
        (make_actor(role="auditor").staff_id, "ticket.receiver_may_not"),
        (0, "staff.unknown"),
    ):
        assert refused(care.hand_over_ticket, to_staff_id=receiver, **one) == [expected]
    manager = make_actor(role="account_manager", branch="HF")
    handed = care.hand_over_ticket(to_staff_id=manager.staff_id, **one)
    assert handed.owner_id == manager.staff_id
    assert handed.state == "acknowledged"


def test_the_first_contact_writes_down_and_the_back_office_settles(
    world: World, make_actor: Callable[..., Actor], clerk: Actor, back_office: Actor, at: datetime
) -> None:
    ticket = opened(request(world), clerk, at)
    one = {"ticket_id": ticket.id, "at": at}
    missing = ["permission.missing"]
    assert refused(care.take_ticket, actor=clerk, **one) == missing
    assert refused(care.cancel_ticket, text="重复", actor=clerk, **one) == missing
    care.take_ticket(actor=back_office, **one)
    assert refused(care.resolve_ticket, resolution="好", cause="断纤", actor=clerk, **one) == missing
    auditor = make_actor(role="auditor")
    assert refused(care.note_ticket, text="看", actor=auditor, **one) == missing
    assert refused(care.open_ticket, request=request(world), actor=auditor, at=at) == missing
    assert auditor.may("ticket.view")


def test_another_branch_sees_nothing_and_can_do_nothing(
    world: World, make_actor: Callable[..., Actor], clerk: Actor, at: datetime
) -> None:
    ticket = opened(request(world), clerk, at)
    other = make_actor(role="clerk", branch="WH")
    with acting(other):
        assert queries.find_tickets(UNFINISHED, at=at) == ()
        assert queries.find_tickets(TicketFilter(organization_id=ticket.organization_id), at=at) == ()
        assert queries.timeline(ticket.id) == ()
        assert set(queries.counts(at).values()) == {TicketCount(0, 0, 0, 0)}
        with pytest.raises(Refused, match=r"ticket\.unknown"):
            queries.ticket(ticket.id)
    note = {"ticket_id": ticket.id, "text": "看", "at": at}
    assert refused(care.note_ticket, actor=other, **note) == ["ticket.unknown"]
    assert refused(care.open_ticket, request=request(world), actor=other, at=at) == ["organization.unknown"]


def test_a_desk_sees_what_is_overdue_first_then_what_is_due_next_and_the_answered_last(
    world: World, clerk: Actor, back_office: Actor, at: datetime
) -> None:
    answered = resolved(opened(request(world), clerk, at), back_office, at + HOUR)
    heard = opened(complaint(world), clerk, at)
    asked = opened(request(world, kind=TicketKind.ENQUIRY, product=None, circuit=""), clerk, at + 40 * HOUR)
    late = opened(request(world), clerk, at)
    later = opened(request(world, product=Product.CIRCUIT, grade=SupportGrade.AAA), clerk, at)
    dropped = opened(request(world), clerk, at)
    care.cancel_ticket(ticket_id=dropped.id, text="重复", actor=back_office, at=at)
    now = at + 49 * HOUR
    with acting(clerk):
        seen = queries.find_tickets(UNFINISHED, at=now)
        assert [t.id for t in seen] == [later.id, late.id, asked.id, heard.id, answered.id]
        assert [t.overdue(now) for t in seen] == [True, True, False, False, False]
        assert [
            t.id for t in queries.find_tickets(replace(UNFINISHED, owner_id=back_office.staff_id), at=now)
        ] == [answered.id]
        assert [t.id for t in queries.find_tickets(UNFINISHED, at=now, limit=2)] == [later.id, late.id]
        history = queries.find_tickets(TicketFilter(organization_id=heard.organization_id), at=now)
        assert {asked.id, dropped.id} <= {t.id for t in history}
        assert len(history) == 6
        assert queries.counts(now) == {
            TicketKind.FAULT: TicketCount(open=3, overdue=2, settled=1, in_time=1),
            TicketKind.COMPLAINT: TicketCount(open=1, overdue=0, settled=0, in_time=0),
            TicketKind.ENQUIRY: TicketCount(open=1, overdue=0, settled=0, in_time=0),
        }


@operation("ticket.note")
def meddle(*, statement: str, actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "guard"),
    [
        ("UPDATE care_ticketentry SET text = '另一种说法'", "append-only"),
        ("DELETE FROM care_ticketentry", "permission denied"),
        ("UPDATE care_ticket SET opened_at = opened_at + interval '1 hour'", "stands as it was opened"),
        ("UPDATE care_ticket SET due_at = due_at + interval '1 day'", "stands as it was opened"),
        ("UPDATE care_ticket SET first_contact_owner_id = 1 + first_contact_owner_id", "stands as it was opened"),
        ("UPDATE care_ticket SET state = 'forgotten'", "ticket_(state|resolution)"),
        ("UPDATE care_ticket SET state = 'resolved'", "ticket_resolution"),
        ("UPDATE care_ticket SET state = 'closed', resolved_at = opened_at, resolution = '好'", "ticket_closing"),
        ("UPDATE care_ticket SET state = 'appealed'", "ticket_appeal"),
        ("UPDATE care_ticket SET appealed_at = opened_at", "ticket_(complaint_only|appeal)"),
        ("UPDATE care_ticket SET resolved_at = opened_at", "ticket_resolution"),
    ],
)  # fmt: skip
def test_the_database_itself_keeps_the_record_as_it_was_written(
    world: World, actor: Actor, clerk: Actor, at: datetime, statement: str, guard: str
) -> None:
    opened(request(world), clerk, at)
    before = snapshot()
    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        meddle(statement=statement, actor=actor, at=at)
    assert snapshot() == before


#: What breaks each invariant. Triggers, foreign keys and the CHECKs of the tables are out of force meanwhile.
BREAKERS: dict[str, tuple[str, ...]] = {
    "ticket.closed_is_complete": ("UPDATE care_ticket SET archive_reference = '' WHERE state = 'closed'",),
    "ticket.begins_with_opening": ("DELETE FROM care_ticketentry WHERE what = 'open'",),
    "ticket.first_contact_stays": (
        "UPDATE care_ticket SET first_contact_owner_id = first_contact_owner_id + 1",
    ),
    "ticket.state_is_recorded": ("UPDATE care_ticket SET state = 'pending' WHERE state = 'inProgress'",),
    "ticket.limit_within_law": (
        "UPDATE care_ticket SET due_at = due_at + interval '16 days' WHERE kind = 'complaint'",
    ),
    "ticket.first_response_recorded": ("UPDATE care_ticket SET first_responded_at = NULL",),
    "ticket.urged_once_when_late": (
        "UPDATE care_ticketentry SET at = at - interval '3 days' WHERE what = 'urge'",
    ),
    "ticket.as_it_was_ordered": (
        "UPDATE ordering_order SET placed_at = placed_at - interval '1 hour' WHERE item_code = 'fault_report'",
    ),
    "ticket.set_limits_within_law": ("UPDATE care_repairlimit SET hours = 100",),
    "ticket.same_branch": ("UPDATE care_ticketentry SET branch_id = branch_id + 1",),
}


def _build(world: World) -> None:
    """A repaired and archived fault, and a complaint under way, whose customer has been told something."""
    clerk = actor_by_login(logins("clerk", "HF"), Door.CLI)
    system = system_actor(Door.CLI)
    at = datetime.fromisoformat("2026-10-12T02:00:00+00:00")
    fault = resolved(opened(request(world), clerk, at), system, at + HOUR)
    closed(fault, system, at + HOUR)
    heard = opened(complaint(world), clerk, at)
    care.take_ticket(ticket_id=heard.id, actor=system, at=at)
    told(heard, clerk, at)
    opened(request(world), clerk, at)
    assert care.urge_overdue(actor=system, at=at + 49 * HOUR) == 2
    limit = RepairLimit(Product.FIXED, Area.RURAL, SupportGrade.NORMAL, 36, "皖网维〔2026〕7号", at.date())
    care.set_repair_limit(limit=limit, actor=system, at=at)
    (line,) = connect(world, system, at, 1)
    said = {
        "product": "mobile",
        "symptom": "无信号",
        "contact_name": "冯立群",
        "contact_phone": "13855100001",
    }
    asked = application(world, "fault_report", [line], details=said)
    desk.place(request=asked, actor=clerk, at=at + HOUR)


@pytest.fixture(scope="module")
def worked_in(cluster: Cluster) -> Iterator[None]:
    """A database with tickets, seen by its superuser, who may break it."""
    with copy_to_break(cluster, lambda: _build(cluster.world)):
        yield


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_broken_invariant_is_caught(worked_in: None, check: Check) -> None:
    assert check.find() == []
    with transaction.atomic():
        for statement in BREAKERS[check.code]:
            break_by(statement)
        found = check.find()
        transaction.set_rollback(True)
    assert found
    assert check.find() == []


def test_every_invariant_is_broken_here() -> None:
    assert set(BREAKERS) == {check.code for check in CHECKS}
