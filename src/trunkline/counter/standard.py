"""The clauses of the service standard (篇6) in their order, with what became of those the counter has no item for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from trunkline.kernel.text import Text
from trunkline.ordering.item import Origin, ServiceItem

_BY_ITSELF = Text("系统自动进行，不在柜台受理", "Done by the system, not at the counter")
_LOST = Text("原文缺页，内容不详", "The page is lost, and what stood there is not known")


@dataclass(frozen=True, slots=True)
class Clause:
    """An item of the standard's text. `note` says why the counter has none of it."""

    code: str
    numeral: str
    title: Text
    origin: Origin = Origin.SOURCE
    note: Text | None = None

    def items(self, all_items: Iterable[ServiceItem[Any, Any]]) -> tuple[ServiceItem[Any, Any], ...]:
        """The service items that carry it out."""
        return tuple(item for item in all_items if self.code in {item.clause, item.clause.split("-")[0]})


def _clause(number: int, numeral: str, zh: str, en: str) -> Clause:
    return Clause(f"S{number:02d}", numeral, Text(zh, en))


def _inferred(number: int, numeral: str, zh: str, en: str) -> Clause:
    return Clause(f"S{number:02d}", numeral, Text(zh, en), Origin.INFERRED)


STANDARD = (
    _clause(1, "一", "新装", "New installation"),
    _clause(2, "二", "过户", "Transfer of ownership"),
    _clause(3, "三", "改号/换号", "Number change"),
    _inferred(4, "四", "移机", "Relocation"),
    _clause(5, "五", "销户/拆机", "Termination"),
    _clause(6, "六", "停机保号/复机", "Suspension and resumption"),
    _clause(7, "七", "挂失/解挂", "Loss report and its lifting"),
    _clause(8, "八", "国际长途/漫游", "International calls and roaming"),
    _clause(9, "九", "资料变更", "Change of records"),
    _inferred(10, "十", "产品订制与退订", "Product order and cancellation"),
    _clause(11, "十一", "产品的预约订制与退订", "Booked product order and cancellation"),
    _clause(12, "十二", "补（换）卡", "SIM replacement"),
    _clause(13, "十三", "退预付款", "Refund of prepayment"),
    _inferred(14, "十四", "交费/充值", "Payment and recharge"),
    _inferred(15, "十五", "发票", "Invoices"),
    Clause("S16", "十六", Text("话费提醒", "Bill reminder"), Origin.SOURCE, _BY_ITSELF),
    Clause("S17", "十七", Text("欠费催缴", "Dunning"), Origin.SOURCE, _BY_ITSELF),
    _clause(18, "十八", "积分查询", "Points query"),
    _clause(19, "十九", "积分回馈", "Points reward"),
    _inferred(20, "二十", "话费查询", "Balance query"),
    _inferred(21, "二十一", "账单查询、打印与寄送", "Bill query, print and mailing"),
    _clause(22, "二十二", "详单查询", "Usage details query"),
    _clause(23, "二十三", "详单打印", "Usage details print"),
    _clause(24, "二十四", "密码管理", "Service password"),
    _clause(25, "二十五", "障碍申告", "Fault report"),
    _inferred(26, "二十六", "投诉", "Complaint"),
    _inferred(27, "二十七", "咨询", "Enquiry"),
    Clause("S28", "二十八", Text("（缺页）", "(lost)"), Origin.INFERRED, _LOST),
    Clause("S29", "二十九", Text("（缺页）", "(lost)"), Origin.INFERRED, _LOST),
    _clause(30, "三十", "账户解锁", "Account unlock"),
    _clause(31, "三十一", "详单屏蔽", "Detail masking"),
    _clause(32, "三十二", "用户生命周期查询", "Life cycle query"),
    Clause(
        "S99",
        "末项",
        Text("专线、租用、集成与集团应用的新装", "Installation of circuits, leases, integration"),
    ),
    Clause("REG-17", "另", Text("携号转网", "Number porting"), Origin.INFERRED),
)
