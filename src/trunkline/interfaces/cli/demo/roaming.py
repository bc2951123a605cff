"""Roaming destinations of the demo. The prices are invented, as is the reference they name."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from trunkline.catalog.operations import publish_roaming_destination
from trunkline.catalog.types import RoamingArea, RoamingDetails
from trunkline.security.types import Actor

REFERENCE = "皖通信资费备〔2026〕漫游1号"
_ABROAD = "拨打中国大陆：00+86+区号（去0）+电话号码，或+86；拨打当地：直接拨当地号码"
_SEA = "拨打中国大陆：001+86+区号（去0）+电话号码，或+86；拨打当地：直接拨当地号码"
_HMT = "拨打中国大陆：00+86+区号（去0）+电话号码，或+86；拨打当地：直接拨当地号码"
_CHARGING = "通话按分钟计费，不足一分钟按一分钟计；上网按KB计费；接收短信免费"
_NO_DATA = "通话按分钟计费，不足一分钟按一分钟计；未开通上网；接收短信免费"

#: Code, area, names, what is open (voice, messages, data), dialling, yuan: home, received, message, MB.
DESTINATIONS: tuple[tuple[str, str, str, str, str, str, str, str, str, str], ...] = (
    ("HK", "hmt", "香港", "Hong Kong", "vsd", _HMT, "0.99", "0.79", "0.39", "3.00"),
    ("MO", "hmt", "澳门", "Macao", "vsd", _HMT, "0.99", "0.79", "0.39", "3.00"),
    ("TW", "hmt", "台湾", "Taiwan", "vsd", _HMT, "1.99", "0.99", "0.39", "5.00"),
    ("JP", "international", "日本", "Japan", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("KR", "international", "韩国", "South Korea", "vsd", _SEA, "2.99", "1.99", "0.69", "5.00"),
    ("SG", "international", "新加坡", "Singapore", "vsd", _SEA, "2.99", "1.99", "0.69", "5.00"),
    ("MY", "international", "马来西亚", "Malaysia", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("TH", "international", "泰国", "Thailand", "vsd", _SEA, "2.99", "1.99", "0.69", "5.00"),
    ("VN", "international", "越南", "Vietnam", "vs", _ABROAD, "3.99", "2.99", "0.89", ""),
    ("ID", "international", "印度尼西亚", "Indonesia", "vsd", _SEA, "3.99", "2.99", "0.89", "8.00"),
    ("IN", "international", "印度", "India", "vs", _ABROAD, "3.99", "2.99", "0.89", ""),
    ("AU", "international", "澳大利亚", "Australia", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("NZ", "international", "新西兰", "New Zealand", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("US", "international", "美国", "United States", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("CA", "international", "加拿大", "Canada", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("GB", "international", "英国", "United Kingdom", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("FR", "international", "法国", "France", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("DE", "international", "德国", "Germany", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("IT", "international", "意大利", "Italy", "vsd", _ABROAD, "2.99", "1.99", "0.69", "5.00"),
    ("RU", "international", "俄罗斯", "Russia", "vsd", _ABROAD, "3.99", "2.99", "0.89", "8.00"),
    ("ZA", "international", "南非", "South Africa", "vs", _ABROAD, "4.99", "3.99", "1.29", ""),
    ("CU", "international", "古巴", "Cuba", "", "", "", "", "", ""),
)


def _price(written: str) -> Decimal | None:
    return Decimal(written) if written else None


def load_roaming(*, valid_from: date, actor: Actor, at: datetime) -> None:
    """Publish the destinations."""
    for code, area, name, name_en, services, dialling, home, received, message, data in DESTINATIONS:
        details = RoamingDetails(
            code=code,
            area=RoamingArea(area),
            name=name,
            name_en=name_en,
            voice="v" in services,
            sms="s" in services,
            data="d" in services,
            dialling=dialling,
            charging=(_CHARGING if "d" in services else _NO_DATA) if services else "",
            home_price=_price(home),
            received_price=_price(received),
            message_price=_price(message),
            data_price=_price(data),
            reference=REFERENCE,
        )
        publish_roaming_destination(details=details, valid_from=valid_from, actor=actor, at=at)
