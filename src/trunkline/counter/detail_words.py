"""A record of usage in words, the same on page, sheet and paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trunkline.kernel.money import FEN
from trunkline.kernel.periods import SHANGHAI
from trunkline.kernel.text import Text
from trunkline.rating.details import DetailRecord
from trunkline.rating.types import DIRECTION_NAMES, USAGE_KIND_NAMES, ZONE_NAMES, Direction, UsageKind

_MESSAGES = {UsageKind.SMS, UsageKind.MMS}
_MESSAGE_DIRECTIONS = {
    Direction.OUTGOING: Text("发送", "Sent"),
    Direction.INCOMING: Text("接收", "Received"),
}
_NONE = Text("—", "—")
_MEGABYTE, _KILOBYTE = 1024 * 1024, 1024
UNRATED = Text("未批价", "Not rated")
COLUMNS = (
    Text("号码", "Number"),
    Text("起始时间", "Start"),
    Text("业务类型", "Kind"),
    Text("通信方式", "Direction"),
    Text("对方号码", "Other party"),
    Text("时长（用量）", "Duration or volume"),
    Text("通信地点", "Place"),
    Text("费用（元）", "Charge (yuan)"),
)


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One record as people read it; `charge` is yuan to four places, None where no price was found yet."""

    number: str
    started_at: datetime
    kind: Text
    direction: Text
    other_party: str
    amount: Text
    zone: Text
    charge: Decimal | None

    def cells(self) -> tuple[str, ...]:
        """The row in Chinese, by `COLUMNS`."""
        return (
            self.number,
            f"{self.started_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
            self.kind.zh,
            self.direction.zh,
            self.other_party,
            self.amount.zh,
            self.zone.zh,
            UNRATED.zh if self.charge is None else f"{self.charge:.4f}",
        )


def detail_row(record: DetailRecord) -> DetailRow:
    """A record in words."""
    kind = UsageKind(record.kind)
    return DetailRow(
        number=record.number,
        started_at=record.started_at,
        kind=USAGE_KIND_NAMES[kind],
        direction=_direction(kind, Direction(record.direction)),
        other_party=record.other_party,
        amount=amount_in_words(kind, record.quantity),
        zone=ZONE_NAMES.get(record.zone, Text(record.zone, record.zone)),
        charge=record.charge,
    )


def _direction(kind: UsageKind, direction: Direction) -> Text:
    if kind is UsageKind.DATA:
        return _NONE
    return (_MESSAGE_DIRECTIONS if kind in _MESSAGES else DIRECTION_NAMES)[direction]


def amount_in_words(kind: UsageKind, quantity: int) -> Text:
    """Seconds as ``0:01:05``, pieces, or bytes in KB and MB of 1024, to two places."""
    if kind in _MESSAGES:
        return Text(f"{quantity} 条", f"{quantity}")
    if kind is UsageKind.VOICE:
        words = f"{quantity // 3600}:{quantity // 60 % 60:02d}:{quantity % 60:02d}"
    elif quantity >= _MEGABYTE:
        words = f"{(Decimal(quantity) / _MEGABYTE).quantize(FEN)} MB"
    else:
        words = f"{(Decimal(quantity) / _KILOBYTE).quantize(FEN)} KB"
    return Text(words, words)
