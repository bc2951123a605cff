"""业务受理单: the acceptance slip on paper (X-R1), signed by the handler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from trunkline.kernel.money import ZERO, count_in_capitals, in_capitals
from trunkline.kernel.typeset import chinese_minute, typeset_list, yuan

_TEMPLATES = Path(__file__).parent / "print"
_YES, _NO = "✓", "—"


@dataclass(frozen=True, slots=True)
class HandlerPrint:
    """经办人: the five fields of S01-R1 and the document shown; `id_number` is printed as given."""

    name: str
    id_kind: str
    id_number: str
    phone: str
    email: str
    postal_address: str
    postcode: str


@dataclass(frozen=True, slots=True)
class PaperPrint:
    """A paper shown at the counter."""

    name: str
    reference: str
    original_seen: bool
    sealed: bool
    copy_kept: bool


@dataclass(frozen=True, slots=True)
class SlipLinePrint:
    """One number of the order."""

    number: str
    user_name: str
    plan_name: str
    content: str
    state: str


@dataclass(frozen=True, slots=True)
class FeePrint:
    """A fee with the reference of its price; yuan."""

    title: str
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class SlipOrderPrint:
    """One order of a visit (P4-40)."""

    item: str
    number: str
    lines: int
    takes_effect: str
    state: str


@dataclass(frozen=True, slots=True)
class SlipPrint:
    """What stands on a slip. `notices` are the sentences that the item must print.

    `reasons` say why an order could not be carried out; `branch` is the 受理网点. `orders` are those of a visit,
    which has one slip for all of them (P4-40); the slip of a single order has none.
    """

    order_number: str
    item_title: str
    clause: str
    channel: str
    operator_name: str
    branch: str
    clerk: str
    placed_at: datetime
    takes_effect: str
    completed_at: datetime | None
    state: str
    reasons: tuple[str, ...]
    organization_name: str
    organization_code: str
    agreement_number: str
    handler: HandlerPrint
    papers: tuple[PaperPrint, ...]
    lines: tuple[SlipLinePrint, ...]
    fees: tuple[FeePrint, ...]
    notices: tuple[str, ...]
    orders: tuple[SlipOrderPrint, ...] = ()

    @property
    def count(self) -> int:
        """Lines of service: one that several orders of a visit work on is one."""
        return len({line.number for line in self.lines}) if self.orders else len(self.lines)


def _header(p: SlipPrint) -> list[tuple[str, str]]:
    """Where, when and by whom; what becomes of a visit's orders stands in their own table."""
    taken = [
        ("受理业务", f"{p.item_title}（{p.clause}）"),
        ("受理时间", chinese_minute(p.placed_at)),
        ("受理网点", p.branch),
        ("服务渠道", p.channel),
        ("受 理 人", p.clerk),
    ]
    if p.orders:
        return [*taken, ("业务项数", f"{len(p.orders)} 项")]
    return [
        *taken,
        ("生效时间", p.takes_effect),
        ("订单状态", p.state),
        ("竣工时间", chinese_minute(p.completed_at) if p.completed_at else "—"),
    ]


def slip_pdf(p: SlipPrint, *, at: datetime) -> bytes:
    """The acceptance slip. Raises `Refused` as `typeset` does.

    A long list of numbers comes in volumes after the signed page; see `typeset_list`.
    """
    total = sum((fee.amount for fee in p.fees), ZERO)
    handler = p.handler
    data = {
        "order_number": p.order_number,
        "item": p.item_title,
        "clause": p.clause,
        "operator_name": p.operator_name,
        "number_name": "受理编号" if p.orders else "订单号",
        "header": _header(p),
        "orders": [
            (str(place), one.item, one.number, f"{one.lines:,}", one.takes_effect, one.state)
            for place, one in enumerate(p.orders, 1)
        ],
        "reasons": list(p.reasons),
        "customer": [
            ("单位名称", p.organization_name),
            ("信用代码", p.organization_code or "—"),
            ("入网协议", p.agreement_number or "—"),
            ("号码数", f"{p.count:,} 户"),
        ],
        "handler": [
            ("姓　　名", handler.name),
            ("证　　件", f"{handler.id_kind}　{handler.id_number}"),
            ("联系电话", handler.phone),
            ("电子邮箱", handler.email),
            ("通信地址", handler.postal_address),
            ("邮　　编", handler.postcode),
        ],
        "papers": [
            (
                paper.name,
                paper.reference,
                _YES if paper.original_seen else _NO,
                _YES if paper.sealed else _NO,
                _YES if paper.copy_kept else _NO,
            )
            for paper in p.papers
        ],
        "count": p.count,
        "count_capitals": count_in_capitals(p.count),
        "fees": [(fee.title, fee.reference, yuan(fee.amount)) for fee in p.fees],
        "total": yuan(total),
        "total_capitals": in_capitals(total),
        "notices": list(p.notices),
    }
    lines = [
        (str(place), line.number, line.user_name, line.plan_name, line.content, line.state)
        for place, line in enumerate(p.lines, 1)
    ]
    return typeset_list(_TEMPLATES / "slip.typ", data, lines, at=at)
