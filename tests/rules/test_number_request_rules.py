"""Wishes for 400 numbers: what may be reported, and every state with every event."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trunkline.numbering.requests import rules
from trunkline.numbering.requests.types import LIVING, RequestEvent, RequestState, RequestView, Speaker

AT = datetime(2026, 12, 1, tzinfo=UTC)
CONTACT = ("何守正", "13855101234")


def wish(wanted: str, state: RequestState) -> RequestView:
    return RequestView(
        id=1,
        branch_id=1,
        organization_id=1,
        wanted=wanted,
        purpose="客户服务热线",
        contact_name=CONTACT[0],
        contact_phone=CONTACT[1],
        state=state,
        number="",
        order_number="",
        reported_by_id=1,
        reported_at=AT,
        answer_due=Speaker.DESK,
    )


def reported(wanted: str = "4006551097", **changes: object) -> list[tuple[str, str]]:
    facts: dict[str, object] = {
        "purpose": "客户服务热线",
        "contact": CONTACT,
        "blacklisted": False,
        "others": (),
        "most": 2,
    }
    facts |= changes
    purpose, contact = facts.pop("purpose"), facts.pop("contact")
    found = rules.report_refusals(wanted, purpose, contact, **facts)  # type: ignore[arg-type]
    return [(refusal.code, refusal.clause) for refusal in found]


@pytest.mark.parametrize(
    ("wanted", "may"),
    [
        ("4006551097", True),
        ("4000123456", True),
        ("4006*888", True),
        ("40065510??", True),
        ("4006?*", True),
        ("40065510", False),
        ("40065510971", False),
        ("4008123456", False),
        ("4001123456", False),
        ("4008*888", False),
        ("04006551097", False),
        ("18655101234", False),
        ("4006-551097", False),
        ("4006", False),
        ("", False),
    ],
)
def test_only_our_400_segments_can_be_wanted(wanted: str, may: bool) -> None:
    assert reported(wanted) == ([] if may else [("request.wanted_malformed", "REG-22")])


def test_every_reason_against_a_report_is_given_at_once() -> None:
    others = (wish("4006*888", RequestState.ISSUE), wish("4006*666", RequestState.IN_USE))
    found = reported("4006*888", purpose=" ", contact=("何守正", ""), blacklisted=True, others=others)
    assert found == [
        ("request.purpose_missing", "REG-16"),
        ("request.contact_missing", "P1-07"),
        ("request.blacklisted", "REG-16"),
        ("request.wanted_already", "P1-07"),
        ("request.too_many", "REG-16"),
    ]


@pytest.mark.parametrize("state", list(RequestState))
def test_only_what_lives_counts_against_the_limit(state: RequestState) -> None:
    found = reported("4006551097", others=(wish("4006551098", state),), most=1)
    assert found == ([("request.too_many", "REG-16")] if state in LIVING else [])


#: Rows are states, columns events; what is left out is refused. Written by hand from domain 8.4.
_ALLOWED = {
    "reported": "reserve raise remark release",
    "issue": "reserve remark release expire order",
    "reserved": "reserve raise remark release expire order",
    "ordered": "serve end",
    "in_use": "end",
    "released": "",
    "expired": "",
}


@pytest.mark.parametrize("state", list(RequestState))
@pytest.mark.parametrize("event", [each for each in RequestEvent if each is not RequestEvent.REPORT])
def test_each_event_happens_in_the_states_that_the_table_says(
    state: RequestState, event: RequestEvent
) -> None:
    found = [refusal.code for refusal in rules.event_refusals(1, state, event)]
    assert found == ([] if event.value in _ALLOWED[state.value].split() else ["request.not_now"])
