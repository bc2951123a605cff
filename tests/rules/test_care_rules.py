"""Limits, opening, handling and appeals of tickets, without a database."""

from __future__ import annotations

from collections import deque
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest

from trunkline.care import types
from trunkline.care.rules import appeals, handling, limits, opening
from trunkline.care.types import (
    TICKET_LIFE,
    AppealOutcome,
    Area,
    Desk,
    Limit,
    Matter,
    Product,
    RepairLimit,
    SupportGrade,
    TicketEvent,
    TicketKind,
    TicketRequest,
    TicketState,
    TicketView,
    WaivedPeriod,
)
from trunkline.kernel.refusals import Refusal
from trunkline.party.types import ServiceGrade
from trunkline.security.types import Actor, Channel, Door
from trunkline.subscriptions.types import LineView

AT = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
TODAY = date(2026, 10, 12)
HOUR = timedelta(hours=1)
HF, WH = 2, 3
View = TypeVar("View", TicketView, LineView)


def codes(refusals: tuple[Refusal, ...]) -> list[tuple[str, str]]:
    return [(refusal.code, refusal.clause) for refusal in refusals]


def request(**changed: Any) -> TicketRequest:
    whole = TicketRequest(
        TicketKind.FAULT,
        1,
        "冯立群",
        "13855100001",
        "不能呼出",
        "早上起全部不能呼出",
        product=Product.MOBILE,
        circuit="合肥示范银行座机",
    )
    return replace(whole, **changed)


def complaint(**changed: Any) -> TicketRequest:
    return request(kind=TicketKind.COMPLAINT, product=None, circuit="", **changed)


def blank(of: type[View], **known: Any) -> View:
    """A view with nothing in it but what is `known`."""
    empty = {f.name: "" if f.type == "str" else False if f.type == "bool" else None for f in fields(of)}
    return of(**(empty | known))


def ticket(**changed: Any) -> TicketView:
    known = {
        "id": 1,
        "kind": TicketKind.FAULT,
        "state": TicketState.IN_PROGRESS,
        "branch_id": HF,
        "owner_id": 7,
        "area": Area.URBAN,
        "opened_at": AT,
        "due_at": AT + 48 * HOUR,
    }
    return blank(TicketView, **(known | changed))


def complained(**changed: Any) -> TicketView:
    known = {"kind": TicketKind.COMPLAINT, "arose_on": TODAY, "due_at": AT + timedelta(days=15)}
    return ticket(**(known | changed))


def staff(*, branch: int = HF, permissions: tuple[str, ...] = ("ticket.*",), staff_id: int = 8) -> Actor:
    return Actor(
        staff_id, "x", "吴晓岚", branch, (branch,), frozenset(permissions), Door.WEB, Channel.OWN_HALL
    )


def line(organization: int) -> LineView:
    return blank(LineView, id=5, number="18655100001", organization_id=organization)


@pytest.mark.parametrize(
    ("product", "area", "grade", "hours"),
    [
        (Product.MOBILE, Area.URBAN, SupportGrade.NORMAL, 48),
        (Product.MOBILE, Area.RURAL, SupportGrade.NORMAL, 48),
        (Product.MOBILE, Area.RURAL, SupportGrade.A, 24),
        (Product.FIXED, Area.URBAN, SupportGrade.NORMAL, 48),
        (Product.FIXED, Area.RURAL, SupportGrade.NORMAL, 72),
        (Product.FIXED, Area.URBAN, SupportGrade.AAA, 24),
        (Product.FIXED, Area.RURAL, SupportGrade.AA, 36),
        (Product.CIRCUIT, Area.URBAN, SupportGrade.AAA, 2),
        (Product.CIRCUIT, Area.RURAL, SupportGrade.AA, 4),
        (Product.CIRCUIT, Area.URBAN, SupportGrade.A, 8),
        (Product.CIRCUIT, Area.RURAL, SupportGrade.NORMAL, 24),
    ],
)
def test_a_repair_has_its_limit_by_product_area_and_grade(
    product: Product, area: Area, grade: SupportGrade, hours: int
) -> None:
    assert limits.repair_limit(product, area, grade) == hours * HOUR
    due = limits.deadlines(TicketKind.FAULT, limits.repair_limit(product, area, grade), AT)
    assert due == types.Deadlines(AT + timedelta(minutes=30), AT + hours * HOUR)


@pytest.mark.parametrize("area", Area)
def test_no_repair_may_take_longer_than_the_law_allows(area: Area) -> None:
    for product in Product:
        for grade in SupportGrade:
            assert timedelta(0) < limits.repair_limit(product, area, grade) <= limits.LEGAL_REPAIR[area]


def test_complaints_are_answered_within_15_days_and_enquiries_within_24_hours() -> None:
    for kind, limit in ((TicketKind.COMPLAINT, timedelta(days=15)), (TicketKind.ENQUIRY, 24 * HOUR)):
        assert limits.deadlines(kind, None, AT).due_at == AT + limit


def test_every_grade_of_customer_has_a_grade_of_support_and_better_ones_wait_no_longer() -> None:
    assert set(limits.GRADE_OF_CUSTOMER) == set(ServiceGrade)
    order = [SupportGrade.AAA, SupportGrade.AA, SupportGrade.A, SupportGrade.NORMAL]
    for product in Product:
        for area in Area:
            hours = [limits.repair_limit(product, area, grade) for grade in order]
            assert hours == sorted(hours)
    assert [limits.green_channel(grade) for grade in order] == [True, True, True, False]


@pytest.mark.parametrize(
    ("opened", "restored", "area", "terminal", "expected"),
    [
        # 10:00 on the 12th in Shanghai, two days later to the second: within the limit.
        ("2026-10-12T02:00", "2026-10-14T02:00", Area.URBAN, False, None),
        ("2026-10-12T02:00", "2026-10-14T02:01", Area.URBAN, False, (date(2026, 10, 12), date(2026, 10, 15), 3)),
        ("2026-10-12T02:00", "2026-10-14T02:01", Area.RURAL, False, None),
        ("2026-10-12T02:00", "2026-10-15T02:01", Area.RURAL, False, (date(2026, 10, 12), date(2026, 10, 16), 4)),
        ("2026-10-12T02:00", "2026-10-20T02:00", Area.URBAN, True, None),
        # Restored at midnight in Shanghai: the day that begins is not touched.
        ("2026-10-12T02:00", "2026-10-14T16:00", Area.URBAN, False, (date(2026, 10, 12), date(2026, 10, 15), 3)),
        # Reported after midnight in Shanghai, before it in UTC.
        ("2026-10-12T17:00", "2026-10-15T02:00", Area.URBAN, False, (date(2026, 10, 13), date(2026, 10, 16), 3)),
        # Over the end of a month.
        ("2026-10-30T02:00", "2026-11-02T02:00", Area.URBAN, False, (date(2026, 10, 30), date(2026, 11, 3), 4)),
    ],
)  # fmt: skip
def test_rent_is_waived_for_the_days_of_a_fault_past_the_legal_limit_unless_the_terminal_was_the_cause(
    opened: str, restored: str, area: Area, terminal: bool, expected: tuple[date, date, int] | None
) -> None:
    found = limits.waived_period(
        opened_at=datetime.fromisoformat(opened).replace(tzinfo=UTC),
        restored_at=datetime.fromisoformat(restored).replace(tzinfo=UTC),
        area=area,
        caused_by_terminal=terminal,
    )
    assert found == (WaivedPeriod(*expected[:2]) if expected else None)
    assert (found.days if found else 0) == (expected[2] if expected else 0)


@pytest.mark.parametrize(
    ("asked", "channel", "of", "expected"),
    [
        (request(), Channel.OWN_HALL, None, []),
        (request(), Channel.HOTLINE_10010, None, []),
        (request(), Channel.HOTLINE_10019, None, []),
        (request(), Channel.ACCOUNT_MANAGER, None, []),
        (request(), Channel.GRID_MANAGER, None, []),
        (request(), Channel.WEB_HALL, None, [("ticket.channel", "S25-C")]),
        (request(), Channel.SMS_HALL, None, [("ticket.channel", "S25-C")]),
        (request(), Channel.BACK_OFFICE, None, [("ticket.channel", "S25-C")]),
        (complaint(), Channel.BACK_OFFICE, None, []),
        (request(kind=TicketKind.ENQUIRY, product=None, circuit=""), Channel.WEB_HALL, None, []),
        (request(reporter_name=" "), Channel.OWN_HALL, None, [("ticket.reporter_missing", "S25-1")]),
        (request(reporter_phone="问前台"), Channel.OWN_HALL, None, [("ticket.phone_wrong", "S25-1")]),
        (request(reporter_phone=""), Channel.OWN_HALL, None, [("ticket.phone_wrong", "S25-1")]),
        (request(reporter_phone="0551-62600000"), Channel.OWN_HALL, None, []),
        (request(subject=""), Channel.OWN_HALL, None, [("ticket.words_missing", "S25-1")]),
        (request(description=" "), Channel.OWN_HALL, None, [("ticket.words_missing", "S25-1")]),
        (request(subject="长" * 81), Channel.OWN_HALL, None, [("ticket.too_long", "")]),
        (request(product=None), Channel.OWN_HALL, None, [("ticket.product_missing", "S25-2")]),
        (request(circuit=""), Channel.OWN_HALL, None, [("ticket.of_what_missing", "S25-1")]),
        (request(circuit="", line_id=5), Channel.OWN_HALL, line(1), []),
        (request(line_id=5), Channel.OWN_HALL, line(2), [("ticket.line_not_theirs", "")]),
        (request(line_id=5), Channel.OWN_HALL, None, [("ticket.line_not_theirs", "")]),
        (request(product=Product.CIRCUIT, circuit="", line_id=5), Channel.OWN_HALL, line(1),
         [("ticket.of_what_missing", "S25-1")]),
        (request(product=Product.CIRCUIT, grade=SupportGrade.AAA), Channel.OWN_HALL, None, []),
        (request(grade=SupportGrade.AAA), Channel.OWN_HALL, None, [("ticket.grade_without_circuit", "P4-51")]),
        (complaint(grade=SupportGrade.A), Channel.OWN_HALL, None, [("ticket.grade_without_circuit", "P4-51")]),
        (request(about_fee=True), Channel.OWN_HALL, None, [("ticket.complaint_only", "REG-09")]),
        (request(arose_on=TODAY), Channel.OWN_HALL, None, [("ticket.complaint_only", "REG-09")]),
        (complaint(about_fee=True, arose_on=TODAY), Channel.OWN_HALL, None, []),
        (request(began_at=AT + HOUR), Channel.OWN_HALL, None, [("ticket.begins_later", "S25-2")]),
        (request(matter=Matter.SP), Channel.OWN_HALL, None, [("ticket.complaint_only", "REG-09")]),
        (request(wanted="退费"), Channel.OWN_HALL, None, [("ticket.complaint_only", "REG-09")]),
        (complaint(matter=Matter.SERVICE), Channel.OWN_HALL, None, []),
        (complaint(matter=Matter.SP), Channel.OWN_HALL, None, [("ticket.matter_unnamed", "S26")]),
        (complaint(matter=Matter.SP, matter_reference="甲公司"), Channel.OWN_HALL, None, []),
        (complaint(matter=Matter.BILL), Channel.OWN_HALL, None, [("ticket.matter_unnamed", "S26")]),
        (complaint(matter=Matter.LINE), Channel.OWN_HALL, None, [("ticket.matter_unnamed", "S26")]),
        (complaint(matter=Matter.LINE, line_id=5), Channel.OWN_HALL, line(1), []),
        (complaint(arose_on=TODAY + timedelta(days=1)), Channel.OWN_HALL, None, [("ticket.arose_later", "REG-09")]),
        (request(reporter_name="", subject="", product=None, circuit=""), Channel.WEB_HALL, None,
         [("ticket.channel", "S25-C"), ("ticket.reporter_missing", "S25-1"), ("ticket.words_missing", "S25-1"),
          ("ticket.product_missing", "S25-2"), ("ticket.of_what_missing", "S25-1")]),
    ],
)  # fmt: skip
def test_opening_a_ticket_is_refused_for_every_reason_at_once(
    asked: TicketRequest, channel: Channel, of: LineView | None, expected: list[tuple[str, str]]
) -> None:
    assert codes(opening.open_refusals(asked, channel=channel, at=AT, line=of)) == expected


#: What may happen in each state, beside notes, feedback and handing over, and where it leads.
LIFE = {
    "acknowledged": {"take": "inProgress", "cancel": "cancelled", "appeal": "appealed"},
    "inProgress": {"hold": "pending", "resolve": "resolved", "cancel": "cancelled", "appeal": "appealed"},
    "pending": {"take": "inProgress", "resolve": "resolved", "cancel": "cancelled", "appeal": "appealed"},
    "resolved": {"close": "closed", "reopen": "inProgress", "appeal": "appealed"},
    "closed": {"appeal": "appealed"},
    "cancelled": {},
    "appealed": {"accept_appeal": "appealed", "decide_appeal": "inProgress"},
}


@pytest.mark.parametrize("state", TicketState)
@pytest.mark.parametrize("event", TicketEvent)
def test_an_event_leads_on_or_is_refused_by_the_table(state: TicketState, event: TicketEvent) -> None:
    stays = event in {"note", "feedback", "hand_over"} and state not in {"closed", "cancelled"}
    stays = stays or (event == "urge" and state in {"acknowledged", "inProgress", "pending", "appealed"})
    expected = state.value if stays else LIFE[state].get(event)
    assert TICKET_LIFE.after(state, event) == expected
    found = codes(handling.event_refusals(ticket(state=state), event, AT))
    assert found == ([] if expected else [("ticket.wrong_state", "S25-1")])


def test_every_state_is_reached_and_every_unfinished_one_can_be_finished() -> None:
    def reached_from(state: TicketState) -> set[TicketState]:
        found, waiting = {state}, deque([state])
        while waiting:
            here = waiting.popleft()
            after = {to for source, _, to in TICKET_LIFE.rows if source is here} - found
            found |= after
            waiting += after
        return found

    assert reached_from(TicketState.ACKNOWLEDGED) == set(TicketState)
    assert all(reached_from(state) & {*types.FINISHED} for state in TicketState)


def test_states_events_and_the_rest_have_words_in_both_languages() -> None:
    for names, members in (
        (types.TICKET_KIND_NAMES, TicketKind),
        (types.TICKET_STATE_NAMES, TicketState),
        (types.TICKET_EVENT_NAMES, TicketEvent),
        (types.PRODUCT_NAMES, Product),
        (types.AREA_NAMES, Area),
        (types.SUPPORT_GRADE_NAMES, SupportGrade),
        (types.APPEAL_OUTCOME_NAMES, AppealOutcome),
    ):
        assert set(names) == set(members)
        assert all(text.zh and text.en for text in names.values())


def test_nothing_happens_before_the_opening_and_nothing_is_archived_before_the_repair() -> None:
    early = [("ticket.out_of_order", "S25-1")]
    assert codes(handling.event_refusals(ticket(), TicketEvent.NOTE, AT - HOUR)) == early
    repaired = ticket(state=TicketState.RESOLVED, resolved_at=AT + 2 * HOUR)
    assert codes(handling.event_refusals(repaired, TicketEvent.CLOSE, AT + HOUR)) == early
    assert handling.event_refusals(repaired, TicketEvent.CLOSE, AT + 2 * HOUR) == ()


def test_what_is_done_has_its_words() -> None:
    assert handling.text_refusals("已派单") == ()
    assert codes(handling.text_refusals(" \n")) == [("ticket.text_missing", "S25-1")]


@pytest.mark.parametrize(
    ("receiver", "expected"),
    [
        (staff(), []),
        (staff(permissions=("ticket.note",)), []),
        (staff(staff_id=7), ["ticket.owner_already"]),
        (staff(branch=WH), ["ticket.receiver_elsewhere"]),
        (staff(permissions=("ticket.view",)), ["ticket.receiver_may_not"]),
        (staff(branch=WH, permissions=()), ["ticket.receiver_elsewhere", "ticket.receiver_may_not"]),
    ],
)
def test_a_ticket_goes_to_somebody_else_of_its_branch_who_works_on_tickets(
    receiver: Actor, expected: list[str]
) -> None:
    found = handling.hand_over_refusals(ticket(), receiver, None)
    assert [refusal.code for refusal in found] == expected
    assert {refusal.clause for refusal in found} <= {"S25-1"}


@pytest.mark.parametrize(
    ("receiver", "desk", "waits_at", "expected"),
    [
        (None, Desk.NETWORK, None, []),
        (None, Desk.SP, Desk.NETWORK, []),
        (None, Desk.SP, Desk.SP, ["ticket.desk_already"]),
        (None, None, None, ["ticket.receiver_missing"]),
        (staff(), Desk.SP, None, ["ticket.receiver_missing"]),
    ],
)
def test_a_ticket_goes_to_one_department_or_to_one_person(
    receiver: Actor | None, desk: Desk | None, waits_at: Desk | None, expected: list[str]
) -> None:
    found = handling.hand_over_refusals(ticket(desk=waits_at), receiver, desk)
    assert codes(found) == [(code, "S25-1") for code in expected]


@pytest.mark.parametrize(
    ("minutes", "told", "answered", "expected"),
    [
        (30, False, False, []),
        (31, False, False, [Limit.FIRST_RESPONSE]),
        (31, True, False, []),
        (48 * 60, True, False, []),
        (48 * 60 + 1, True, False, [Limit.ANSWER]),
        (48 * 60 + 1, False, False, [Limit.FIRST_RESPONSE, Limit.ANSWER]),
        (48 * 60 + 1, False, True, []),
    ],
)
def test_a_ticket_is_late_with_what_has_not_been_done_by_its_limit(
    minutes: int, told: bool, answered: bool, expected: list[Limit]
) -> None:
    late = ticket(
        first_response_due_at=AT + HOUR / 2,
        first_responded_at=AT if told else None,
        resolved_at=AT if answered else None,
    )
    assert list(limits.limits_passed(late, AT + timedelta(minutes=minutes))) == expected


@pytest.mark.parametrize(
    ("area", "hours", "expected"),
    [
        (Area.URBAN, 48, []),
        (Area.URBAN, 49, ["limit.too_long"]),
        (Area.RURAL, 72, []),
        (Area.RURAL, 73, ["limit.too_long"]),
        (Area.RURAL, 0, ["limit.too_long"]),
    ],
)
def test_no_limit_is_set_that_is_longer_than_the_laws(area: Area, hours: int, expected: list[str]) -> None:
    limit = RepairLimit(Product.FIXED, area, SupportGrade.NORMAL, hours, "皖网维〔2026〕7号", TODAY)
    assert [refusal.code for refusal in limits.limit_refusals(limit)] == expected
    bare = replace(limit, reference=" ", valid_to=TODAY)
    found = [refusal.code for refusal in limits.limit_refusals(bare)]
    assert found == [*expected, "limit.no_reference", "limit.ends_early"]


@pytest.mark.parametrize(
    ("of", "said", "expected"),
    [
        (ticket(), {}, []),
        (ticket(), {"by_workaround": True}, []),
        (ticket(), {"by_terminal": True}, []),
        (ticket(), {"restored_at": AT}, []),
        (ticket(), {"resolution": " "}, [("ticket.resolution_missing", "S25-1")]),
        (ticket(), {"cause": ""}, [("ticket.cause_missing", "S25-1")]),
        (ticket(), {"restored_at": AT - HOUR}, [("ticket.restored_outside", "S25-2")]),
        (ticket(), {"restored_at": AT + 9 * HOUR}, [("ticket.restored_outside", "S25-2")]),
        (complained(), {"cause": ""}, []),
        (complained(), {"by_workaround": True}, [("ticket.fault_only", "S25-2")]),
        (ticket(kind=TicketKind.ENQUIRY), {"by_terminal": True}, [("ticket.fault_only", "S25-2")]),
    ],
)
def test_a_resolution_says_what_was_wrong_and_when_service_came_back(
    of: TicketView, said: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    whole: dict[str, Any] = {
        "resolution": "已更换板卡",
        "cause": "板卡故障",
        "restored_at": AT + HOUR,
        "by_workaround": False,
        "by_terminal": False,
        "at": AT + 2 * HOUR,
    }
    assert codes(handling.resolve_refusals(of, **(whole | said))) == expected


OPEN, TOLD, DONE, BACK = TicketEvent.OPEN, TicketEvent.FEEDBACK, TicketEvent.RESOLVE, TicketEvent.REOPEN


@pytest.mark.parametrize(
    ("of", "happened", "archive", "expected"),
    [
        (ticket(resolved_at=AT + HOUR), (OPEN, DONE), "档2026-1", []),
        (ticket(resolved_at=AT + HOUR), (OPEN, DONE), " ", [("ticket.archive_missing", "S25-1")]),
        (ticket(resolved_at=AT + 48 * HOUR), (OPEN, DONE), "档2026-1", []),
        (ticket(resolved_at=AT + 49 * HOUR), (OPEN, DONE), "档2026-1", [("ticket.late_not_told", "REG-04")]),
        (ticket(resolved_at=AT + 49 * HOUR), (OPEN, TOLD, DONE), "档2026-1", []),
        (ticket(resolved_at=AT + 49 * HOUR, area=Area.RURAL), (OPEN, DONE), "档2026-1", []),
        (complained(resolved_at=AT), (OPEN, DONE, TOLD), "档2026-1", []),
        (complained(resolved_at=AT), (OPEN, TOLD, DONE), "档2026-1", [("ticket.answer_not_told", "P1-03")]),
        (complained(resolved_at=AT), (OPEN, DONE, TOLD, BACK, DONE), "",
         [("ticket.archive_missing", "S25-1"), ("ticket.answer_not_told", "P1-03")]),
        (ticket(kind=TicketKind.ENQUIRY, resolved_at=AT), (OPEN, DONE), "档2026-1",
         [("ticket.answer_not_told", "P1-03")]),
    ],
)  # fmt: skip
def test_a_ticket_is_archived_when_the_customer_has_been_told(
    of: TicketView, happened: tuple[TicketEvent, ...], archive: str, expected: list[tuple[str, str]]
) -> None:
    found = handling.close_refusals(of, archive_reference=archive, happened=happened)
    assert codes(found) == expected


ANSWERED = {"resolved_at": AT + HOUR, "state": TicketState.RESOLVED}
LATER = AT + 2 * HOUR


@pytest.mark.parametrize(
    ("of", "at", "expected"),
    [
        (complained(**ANSWERED), LATER, []),
        (complained(), AT + timedelta(days=15), ["ticket.appeal_too_early"]),
        (complained(), AT + timedelta(days=15, seconds=1), []),
        (ticket(), LATER, ["ticket.not_a_complaint"]),
        (ticket(kind=TicketKind.ENQUIRY), LATER, ["ticket.not_a_complaint"]),
        (complained(**ANSWERED, about_fee=True, arose_on=date(2026, 5, 12)), LATER, []),
        (complained(**ANSWERED, about_fee=True, arose_on=date(2026, 5, 11)), LATER, ["ticket.appeal_fee_too_old"]),
        (complained(**ANSWERED, arose_on=date(2026, 5, 11)), LATER, []),
        (complained(**ANSWERED, arose_on=date(2024, 10, 12)), LATER, []),
        (complained(**ANSWERED, arose_on=date(2024, 10, 11)), LATER, ["ticket.appeal_too_old"]),
        (complained(**ANSWERED, appealed_at=AT), LATER, ["ticket.appealed_already"]),
        (complained(about_fee=True, arose_on=date(2026, 1, 1)), LATER,
         ["ticket.appeal_too_early", "ticket.appeal_fee_too_old"]),
    ],
)  # fmt: skip
def test_a_complaint_is_appealed_when_answered_or_late_once_and_while_it_is_young(
    of: TicketView, at: datetime, expected: list[str]
) -> None:
    found = appeals.appeal_refusals(of, at)
    assert [refusal.code for refusal in found] == expected
    assert {refusal.clause for refusal in found} <= {"REG-09"}


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 9, 30), 5, date(2027, 2, 28)),
        (date(2027, 9, 30), 5, date(2028, 2, 29)),
        (date(2026, 10, 12), 5, date(2027, 3, 12)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(
    day: date, months: int, expected: date
) -> None:
    assert appeals.months_later(day, months) == expected


def test_the_centre_judges_only_what_it_has_accepted_and_accepts_once_under_its_number() -> None:
    waiting, accepted = complained(appealed_at=AT), complained(appealed_at=AT, appeal_accepted_at=LATER)
    assert appeals.acceptance_refusals(waiting, "皖申2026-8") == ()
    assert codes(appeals.acceptance_refusals(accepted, "")) == [
        ("ticket.appeal_accepted_already", "REG-09"),
        ("ticket.appeal_reference_missing", "REG-09"),
    ]
    for outcome in (AppealOutcome.UPHELD, AppealOutcome.DISMISSED):
        assert codes(appeals.decision_refusals(waiting, outcome)) == [
            ("ticket.appeal_not_accepted", "REG-09")
        ]
        assert appeals.decision_refusals(accepted, outcome) == ()
    turned_down = AppealOutcome.NOT_ACCEPTED
    assert appeals.decision_refusals(waiting, turned_down) == ()
    assert codes(appeals.decision_refusals(accepted, turned_down)) == [
        ("ticket.appeal_accepted_already", "REG-09")
    ]


def test_a_ticket_is_overdue_from_its_limit_until_it_is_answered_or_dropped() -> None:
    due = ticket().due_at
    assert [ticket().overdue(due + n * HOUR) for n in (-1, 0, 1)] == [False, False, True]
    assert not ticket(resolved_at=due + HOUR).overdue(due + 2 * HOUR)
    assert not ticket(state=TicketState.CANCELLED).overdue(due + HOUR)
