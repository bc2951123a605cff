"""二十七、咨询 (S27, inferred): a question, answered at once or handed over to a department.

Questions of a general kind are answered to anybody; before an answer reveals anything of the customer's own data he
proves who he is, in halls as well (S24-3, REG-19).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trunkline.care.operations import close_ticket, hand_over_ticket, note_ticket, resolve_ticket, take_ticket
from trunkline.care.types import DESK_NAMES, Desk, TicketKind, TicketRequest, TicketView
from trunkline.counter.tickets import CONTACT, DESCRIPTION, Named, free, named, spoken_item
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, Origin
from trunkline.ordering.types import Change, VerificationKind
from trunkline.security.types import Actor

_NEEDED = ("question", "contact_name", "contact_phone")
ANSWERED_OR_HANDED_OVER = Refusal(
    "enquiry.answered_or_handed_over",
    "S27",
    Text(
        "须当场答复，或选定转交的部门，二者选一",
        "Answer it at once or say which department it goes to: one of the two",
    ),
)


def _answered_or_handed_over(around: Circumstances, _: Named) -> Iterable[Refusal]:
    said = around.request.details
    return () if ("answer" in said) != ("desk" in said) else (ANSWERED_OR_HANDED_OVER,)


def _asks(around: Circumstances, line_id: int | None) -> TicketRequest | None:
    said = around.request.details
    if any(name not in said for name in _NEEDED):
        return None
    return TicketRequest(
        kind=TicketKind.ENQUIRY,
        organization_id=around.organization.id,
        reporter_name=said["contact_name"],
        reporter_phone=said["contact_phone"],
        subject=said["question"],
        description=said.get("description", said["question"]),
        line_id=line_id,
    )


def _changes(said: Mapping[str, str]) -> Iterable[Change]:
    yield Change(Text("咨询问题", "Question"), "", said.get("question", ""))
    if "answer" in said:
        yield Change(Text("答复", "Answer"), "", said["answer"])


def _go_on(around: Circumstances, ticket: TicketView, actor: Actor) -> None:
    """Answer, tell and archive at once, or lay it on the department's desk."""
    said, at = around.request.details, around.at
    if "desk" in said:
        hand_over_ticket(
            ticket_id=ticket.id, desk=Desk(said["desk"]), text=said["question"], actor=actor, at=at
        )
        return
    take_ticket(ticket_id=ticket.id, actor=actor, at=at)
    resolve_ticket(ticket_id=ticket.id, resolution=said["answer"], actor=actor, at=at)
    note_ticket(ticket_id=ticket.id, text=said["answer"], told_customer=True, actor=actor, at=at)
    archive = around.order.number if around.order else ticket.number
    close_ticket(ticket_id=ticket.id, archive_reference=archive, actor=actor, at=at)


ITEM = spoken_item(
    code="enquiry",
    title=Text("咨询", "Enquiry"),
    clause="S27",
    verifications=frozenset({VerificationKind.THREE_CHECKS, VerificationKind.SERVICE_PASSWORD}),
    verified_everywhere=True,
    proof_when=lambda around: "reveals_data" in around.request.details,
    fields=(
        Field("question", Text("咨询问题", "Question"), clause="S27"),
        DESCRIPTION,
        *CONTACT,
        Field(
            "reveals_data",
            Text("答复涉及客户资料、账单或话单（须核验身份）", "The answer reveals the customer's data"),
            FieldKind.FLAG,
            required=False,
            clause="S24-3",
        ),
        Field(
            "answer",
            Text("当场答复", "Answer given at once"),
            FieldKind.LONG_TEXT,
            required=False,
            clause="S27",
        ),
        Field(
            "desk",
            Text("转交部门", "Handed over to"),
            FieldKind.CHOICE,
            named(DESK_NAMES),
            required=False,
            clause="S25-1",
        ),
    ),
    guard=Guard(
        "answered_or_handed_over",
        "S27",
        ANSWERED_OR_HANDED_OVER.text,
        _answered_or_handed_over,
        Origin.INFERRED,
    ),
    asks=_asks,
    changes=_changes,
    then=_go_on,
    fee="enquiry",
    prices=free("enquiry", Text("咨询（免费）", "Enquiry, free"), "标准 二十七（推定）"),
)
