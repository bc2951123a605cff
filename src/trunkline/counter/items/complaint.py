"""二十六、投诉 (S26, inferred): about a line, a bill, our service or an SP; answered within 15 days (REG-09).

Whoever complains need not prove who he is: the ticket reveals nothing, and its answer goes to the contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from trunkline.billing.queries import bill_of_number
from trunkline.care.types import MATTER_NAMES, Matter, TicketKind, TicketRequest
from trunkline.counter.tickets import CONTACT, DESCRIPTION, Named, free, named, spoken_item
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, Origin
from trunkline.ordering.types import Change

_NEEDED = ("matter", "subject", "wanted", "contact_name", "contact_phone")
BILL_NOT_THEIRS = Refusal(
    "complaint.bill_not_theirs",
    "S26",
    Text("该集团客户没有这张账单：{subject}", "The organisation has no such bill: {subject}"),
)


def _bill_is_theirs(around: Circumstances, _: Named) -> Iterable[Refusal]:
    said = around.request.details
    number = said.get("matter_reference", "")
    if said.get("matter") != Matter.BILL or not number:
        return ()
    bill = bill_of_number(number)
    theirs = bill is not None and bill.organization_id == around.organization.id
    return () if theirs else (BILL_NOT_THEIRS.about(number),)


def _asks(around: Circumstances, line_id: int | None) -> TicketRequest | None:
    said = around.request.details
    if any(name not in said for name in _NEEDED):
        return None
    matter = Matter(said["matter"])
    return TicketRequest(
        kind=TicketKind.COMPLAINT,
        organization_id=around.organization.id,
        reporter_name=said["contact_name"],
        reporter_phone=said["contact_phone"],
        subject=said["subject"],
        description=said.get("description", said["subject"]),
        line_id=line_id,
        about_fee=matter is Matter.BILL,
        arose_on=date.fromisoformat(said["arose_on"]) if "arose_on" in said else None,
        matter=matter,
        matter_reference=said.get("matter_reference", ""),
        wanted=said["wanted"],
    )


def _changes(said: Mapping[str, str]) -> Iterable[Change]:
    yield Change(Text("投诉主题", "Complaint"), "", said.get("subject", ""))


ITEM = spoken_item(
    code="complaint",
    title=Text("投诉", "Complaint"),
    clause="S26",
    verifications=frozenset(),
    fields=(
        Field(
            "matter",
            Text("投诉对象", "What it is about"),
            FieldKind.CHOICE,
            named(MATTER_NAMES),
            clause="S26",
        ),
        Field(
            "matter_reference",
            Text("账单编号或服务商名称", "The bill's number, or the provider's name"),
            required=False,
            clause="S26",
        ),
        Field("subject", Text("投诉主题", "Subject"), clause="S25-1"),
        DESCRIPTION,
        Field("wanted", Text("客户诉求", "Outcome wanted"), FieldKind.LONG_TEXT, clause="P1-03"),
        Field(
            "arose_on", Text("争议发生日期", "When it arose"), FieldKind.DATE, required=False, clause="REG-09"
        ),
        *CONTACT,
    ),
    guard=Guard("bill_is_theirs", "S26", BILL_NOT_THEIRS.text, _bill_is_theirs, Origin.INFERRED),
    asks=_asks,
    changes=_changes,
    fee="complaint",
    prices=free("complaint", Text("投诉受理（免费）", "Complaint, free"), "标准 二十六（推定）"),
    notices=(
        Text(
            "投诉在15日内答复；对答复不满意或逾期未答复的，可向电信用户申诉受理中心申诉（REG-09）",
            "A complaint is answered within 15 days; after that, or when the answer does not satisfy, it may be"
            " appealed to the telecom-user appeal centre (REG-09)",
        ),
    ),
)
