"""Papers, channels and records that items share (X-A1, X-R1, X-R2)."""

from __future__ import annotations

from trunkline.ordering.item import Origin, Paper, Record
from trunkline.ordering.types import PaperKind
from trunkline.security.types import Channel

#: 自有营业厅、集团客户经理、网格经理.
THREE_CHANNELS = frozenset({Channel.OWN_HALL, Channel.ACCOUNT_MANAGER, Channel.GRID_MANAGER})
#: 电子渠道, where an item's text only implies them (domain 1.0).
ELECTRONIC = frozenset({Channel.WEB_HALL, Channel.HOTLINE_10010})

SIGNED = frozenset({Record.SIGNED_SLIP, Record.COPIES})
SIGNED_OR_RECORDED = frozenset({Record.SIGNED_SLIP, Record.COPIES, Record.SERVICE_RECORD})


def handler_papers(clause: str, *, origin: Origin = Origin.SOURCE) -> tuple[Paper, ...]:
    """经办人本人有效身份证件原件和单位介绍信（加盖公章） (X-A1)."""
    return (
        Paper(PaperKind.HANDLER_ID, clause, original=True, origin=origin),
        Paper(PaperKind.LETTER_OF_INTRODUCTION, clause, sealed=True, origin=origin),
    )
