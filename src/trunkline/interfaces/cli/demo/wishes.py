"""400 numbers that the demo's organisations want (P1-07)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from trunkline.interfaces.cli.demo.customers import Registered
from trunkline.interfaces.cli.demo.timeline import moment
from trunkline.numbering.requests import operations as wishes
from trunkline.security.types import Actor

_DAY = date(2026, 10, 28)
#: What is wanted, what for, and what the desk answers: a number, a problem, or nothing yet.
_WANTED = (
    ("4006551888", "全国客户服务热线", "4006551888", ""),
    ("4006*666", "售后报修热线", "", "以666结尾的号码已无空闲，可选4006551066。"),
    ("40065510??", "订货专线", "", ""),
)
_CONTACTS = ("陶文静", "贺晓东", "唐雨欣")


def load_wishes(customers: Sequence[Registered], *, unit: Actor, desk: Actor) -> None:
    """Reported on one day, answered on the next."""
    for place, (made, (wanted, purpose, number, problem)) in enumerate(zip(customers, _WANTED, strict=False)):
        view = wishes.report_wish(
            organization_id=made.organization_id,
            wanted=wanted,
            purpose=purpose,
            contact_name=_CONTACTS[place],
            contact_phone=f"1385510{place:04d}",
            actor=unit,
            at=moment(_DAY, 10 + place),
        )
        answered = moment(_DAY + timedelta(days=1), 10 + place)
        if number:
            wishes.reserve_wanted(request_id=view.id, number=number, actor=desk, at=answered)
        elif problem:
            wishes.raise_issue(request_id=view.id, words=problem, actor=desk, at=answered)
