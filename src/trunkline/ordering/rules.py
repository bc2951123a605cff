"""Pure rules of the counter that every item shares: channel and papers."""

from __future__ import annotations

from collections.abc import Iterable

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.item import Paper
from trunkline.ordering.types import PAPER_NAMES, PaperKind, ShownPaper
from trunkline.security.types import CHANNEL_NAMES, Channel

CHANNEL_NOT_ALLOWED = Refusal(
    "order.channel_not_allowed",
    "",
    Text("本业务不能在{channel}办理", "This item cannot be applied for through: {channel_en}"),
)
PAPER_MISSING = Refusal("order.paper_missing", "", Text("缺少：{paper}", "Missing: {paper_en}"))
PAPER_UNNUMBERED = Refusal(
    "order.paper_unnumbered",
    "",
    Text("须登记证件编号：{paper}", "The document's number is needed: {paper_en}"),
)
ORIGINAL_NOT_SEEN = Refusal(
    "order.original_not_seen", "", Text("须核对原件：{paper}", "The original must be seen: {paper_en}")
)
NOT_SEALED = Refusal(
    "order.not_sealed", "", Text("须加盖单位公章：{paper}", "The organisation's seal is needed: {paper_en}")
)
COPY_NOT_KEPT = Refusal(
    "order.copy_not_kept", "", Text("须复印留存：{paper}", "A copy must be kept: {paper_en}")
)

#: Electronic channels see no papers and keep a service record instead (X-R2).
_PHYSICAL = frozenset({Channel.OWN_HALL, Channel.ACCOUNT_MANAGER, Channel.GRID_MANAGER, Channel.BACK_OFFICE})


def channel_refusals(item_clause: str, channels: Iterable[Channel], channel: Channel) -> tuple[Refusal, ...]:
    """Why an item may not be applied for here: the channel matrix (domain 1.0)."""
    if channel in channels:
        return ()
    words = CHANNEL_NAMES[channel]
    refusal = CHANNEL_NOT_ALLOWED.filled(channel=words.zh, channel_en=words.en)
    return (Refusal(refusal.code, f"{item_clause}-C", refusal.text, channel),)


def _about(template: Refusal, paper: Paper, kind: PaperKind) -> Refusal:
    words = PAPER_NAMES[kind]
    filled = template.filled(paper=words.zh, paper_en=words.en)
    return Refusal(filled.code, paper.clause, filled.text, kind)


def paper_refusals(wanted: Iterable[Paper], shown: Iterable[ShownPaper]) -> tuple[Refusal, ...]:
    """What is wrong with the papers: each one missing, unnumbered, not the original, unsealed, or not copied."""
    by_kind = {paper.kind: paper for paper in shown}
    found: list[Refusal] = []
    for paper in wanted:
        kind = paper.kind
        if kind not in by_kind and paper.alternative in by_kind:
            kind = paper.alternative
        seen = by_kind.get(kind)
        if seen is None:
            found.append(_about(PAPER_MISSING, paper, kind))
            continue
        if not seen.reference.strip():
            found.append(_about(PAPER_UNNUMBERED, paper, kind))
        if paper.original and not seen.original_seen:
            found.append(_about(ORIGINAL_NOT_SEEN, paper, kind))
        if paper.sealed and not seen.sealed:
            found.append(_about(NOT_SEALED, paper, kind))
        if not seen.copy_kept:
            found.append(_about(COPY_NOT_KEPT, paper, kind))
    return tuple(found)
