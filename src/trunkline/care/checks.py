"""Invariants of tickets (S25, REG-04, REG-09)."""

from __future__ import annotations

from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text

_CLOSED = """
SELECT t.number FROM care_ticket t WHERE t.state = 'closed' AND (
    t.resolution = '' OR t.resolved_at IS NULL OR t.closed_at IS NULL OR t.archive_reference = ''
    OR NOT EXISTS (SELECT 1 FROM care_ticketentry e WHERE e.ticket_id = t.id AND e.what = 'resolve'))
"""
_OPENING = """
SELECT t.number FROM care_ticket t
LEFT JOIN LATERAL (SELECT * FROM care_ticketentry e WHERE e.ticket_id = t.id ORDER BY e.id LIMIT 1) first ON true
WHERE (first.what, first.at) IS DISTINCT FROM ('open', t.opened_at)
    OR (SELECT count(*) FROM care_ticketentry e WHERE e.ticket_id = t.id AND e.what = 'open') <> 1
"""
_FIRST_CONTACT = """
SELECT t.number FROM care_ticket t JOIN care_ticketentry e ON e.ticket_id = t.id AND e.what = 'open'
WHERE e.staff_id <> t.first_contact_owner_id
"""
_STATE = """
SELECT t.number FROM care_ticket t
JOIN LATERAL (SELECT state FROM care_ticketentry e WHERE e.ticket_id = t.id ORDER BY e.id DESC LIMIT 1) last ON true
WHERE last.state <> t.state
"""
_LIMITS = """
SELECT number FROM care_ticket WHERE kind = 'fault'
    AND due_at > opened_at + CASE area WHEN 'urban' THEN interval '48 hours' ELSE interval '72 hours' END
    OR kind = 'complaint' AND due_at > opened_at + interval '360 hours'
"""
_RESPONSE = """
SELECT t.number FROM care_ticket t WHERE t.first_responded_at IS DISTINCT FROM
    (SELECT e.at FROM care_ticketentry e WHERE e.ticket_id = t.id AND e.what = 'feedback' ORDER BY e.id LIMIT 1)
"""
_URGED = """
SELECT t.number FROM care_ticket t JOIN care_ticketentry e ON e.ticket_id = t.id AND e.what = 'urge'
WHERE e.at <= CASE e.late_with WHEN 'answer' THEN t.due_at ELSE t.first_response_due_at END
    OR EXISTS (SELECT 1 FROM care_ticketentry other WHERE other.ticket_id = t.id AND other.what = 'urge'
        AND other.late_with = e.late_with AND other.id <> e.id)
"""
_ORDER = """
SELECT t.number FROM care_ticket t JOIN ordering_order o ON o.id = t.order_id
WHERE o.organization_id <> t.organization_id OR o.placed_at <> t.opened_at OR o.placed_by_id <> t.first_contact_owner_id
"""
_SET_LIMITS = """
SELECT product || ' ' || area || ' ' || grade FROM care_repairlimit
WHERE hours > CASE area WHEN 'urban' THEN 48 ELSE 72 END OR reference = ''
"""
_BRANCH = """
SELECT t.number FROM care_ticket t JOIN party_organization o ON o.id = t.organization_id
WHERE t.branch_id <> o.branch_id
    OR EXISTS (SELECT 1 FROM care_ticketentry e WHERE e.ticket_id = t.id AND e.branch_id <> t.branch_id)
"""

CHECKS = (
    Check(
        "ticket.closed_is_complete",
        "S25-1",
        Text("归档的工单都有处理结果和档案", "A closed ticket has a resolution and an archive"),
        places(_CLOSED),
    ),
    Check(
        "ticket.begins_with_opening",
        "S25-1",
        Text("工单记录自受理时起", "The timeline of every ticket begins with its one opening"),
        places(_OPENING),
    ),
    Check(
        "ticket.first_contact_stays",
        "S25-1",
        Text("首问负责人为受理人", "The first-contact owner is who opened the ticket"),
        places(_FIRST_CONTACT),
    ),
    Check(
        "ticket.state_is_recorded",
        "S25-1",
        Text("工单状态与最后一条记录一致", "A ticket is in the state its last entry led to"),
        places(_STATE),
    ),
    Check(
        "ticket.limit_within_law",
        "REG-04",
        Text(
            "障碍修复、投诉答复时限不超过法定时限",
            "No limit of a repair or an answer is longer than the law's",
        ),
        places(_LIMITS),
    ),
    Check(
        "ticket.first_response_recorded",
        "P1-03",
        Text(
            "首次反馈时间与记录一致", "The first response is the first entry that told the customer something"
        ),
        places(_RESPONSE),
    ),
    Check(
        "ticket.urged_once_when_late",
        "P1-03",
        Text("每个时限只在超过后催办一次", "A ticket is urged once for a limit, after it has passed"),
        places(_URGED),
    ),
    Check(
        "ticket.as_it_was_ordered",
        "S25-2",
        Text(
            "工单的客户、受理时间和首问负责人与受理单一致",
            "A ticket taken down by an order has its customer, its time and its first contact",
        ),
        places(_ORDER),
    ),
    Check(
        "ticket.set_limits_within_law",
        "REG-04",
        Text(
            "设置的修复时限有依据，且不超过法定时限",
            "Every limit of repair that was set rests on something and is within the law's",
        ),
        places(_SET_LIMITS),
    ),
    Check(
        "ticket.same_branch",
        "P5-1",
        Text(
            "工单及其记录与客户属同一分公司",
            "A ticket and its entries are of its customer's branch",
        ),
        places(_BRANCH),
    ),
)
