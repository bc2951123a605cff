"""The standard as it runs, in words: one page an item and the matrix of guards, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trunkline.counter.registry import service_items
from trunkline.counter.standard import STANDARD
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field
from trunkline.ordering.item import (
    RECORD_NAMES,
    TAKES_EFFECT_NAMES,
    LineGuard,
    Origin,
    Paper,
    ServiceItem,
)
from trunkline.ordering.types import PAPER_NAMES, VERIFICATION_NAMES
from trunkline.security.types import CHANNEL_NAMES, Channel

ORIGIN_NAMES = {Origin.SOURCE: Text("原文", "Source"), Origin.INFERRED: Text("推定", "Inferred")}
#: Channels in the order of the standard's own lists.
COLUMNS = (
    Channel.OWN_HALL,
    Channel.ACCOUNT_MANAGER,
    Channel.GRID_MANAGER,
    Channel.WEB_HALL,
    Channel.HOTLINE_10010,
    Channel.HOTLINE_10019,
    Channel.SMS_HALL,
)


def guard_matrix() -> tuple[tuple[str, ...], dict[str, dict[str, str]]]:
    """The codes of all guards in the order of first use, and for each item the mark under each of its guards.

    The mark is the clause the guard rests on there; an inferred one ends in ``*``.
    """
    codes: dict[str, None] = {}
    rows: dict[str, dict[str, str]] = {}
    for item in service_items().values():
        row = rows.setdefault(item.code, {})
        for guard in item.all_guards():
            codes.setdefault(guard.code)
            row[guard.code] = guard.clause + ("*" if guard.origin is Origin.INFERRED else "")
    return tuple(codes), rows


def pages() -> dict[str, str]:
    """The rulebook as Markdown files by name: ``README.md`` and one for each item."""
    items = tuple(service_items().values())
    return {"README.md": _index(items)} | {f"{item.code}.md": _page(item) for item in items}


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell or " " for cell in line) + " |" for line in lines)


def _index(items: Sequence[ServiceItem[Any, Any]]) -> str:
    channels = _table(
        ["条款", "业务", "来源", *(CHANNEL_NAMES[channel].zh for channel in COLUMNS)],
        (
            [
                item.clause,
                f"[{item.title.zh}]({item.code}.md)",
                ORIGIN_NAMES[item.origin].zh,
                *(_channel_mark(item, channel) for channel in COLUMNS),
            ]
            for item in items
        ),
    )
    standard = _table(
        ["条款", "标准", "来源", "业务"],
        (
            [
                clause.code,
                f"{clause.numeral}、{clause.title.zh}",
                ORIGIN_NAMES[clause.origin].zh,
                "、".join(f"[{item.title.zh}]({item.code}.md)" for item in clause.items(items))
                or (clause.note.zh if clause.note else ""),
            ]
            for clause in STANDARD
        ),
    )
    codes, rows = guard_matrix()
    guards = _table(
        ["条件", *(f"{item.title.zh}" for item in items)],
        ([f"`{code}`", *(rows[item.code].get(code, "") for item in items)] for code in codes),
    )
    return (
        "# 集团客户标准服务：规则手册\n\n"
        "由业务声明生成（`make rulebook`），`make check` 核对是否最新。推定的内容以 * 标出，可按日期停用或调整。\n\n"
        f"## 标准与业务\n\n{standard}\n\n## 业务与渠道\n\n{channels}\n\n## 受理条件 × 业务\n\n{guards}\n"
    )


def _channel_mark(item: ServiceItem[Any, Any], channel: Channel) -> str:
    if channel not in item.channels:
        return ""
    return "✓*" if channel in item.inferred_channels else "✓"


def _page(item: ServiceItem[Any, Any]) -> str:
    papers = _table(
        ["资料", "条款", "要求", "来源"],
        (
            [
                _paper(paper),
                paper.clause,
                "、".join(
                    word
                    for word, asked in (
                        ("原件", paper.original),
                        ("加盖公章", paper.sealed),
                        ("留存复印件", True),
                    )
                    if asked
                ),
                ORIGIN_NAMES[paper.origin].zh,
            ]
            for paper in item.papers
        ),
    )
    guards = _table(
        ["条件", "条款", "不满足时", "In English", "来源"],
        (
            [
                f"`{guard.code}`" + ("" if isinstance(guard, LineGuard) else "（整单）"),
                guard.clause,
                guard.text.zh,
                guard.text.en,
                ORIGIN_NAMES[guard.origin].zh,
            ]
            for guard in item.all_guards()
        ),
    )
    sections: Mapping[str, str] = {
        "服务渠道": "、".join(
            CHANNEL_NAMES[channel].zh + ("*" if channel in item.inferred_channels else "")
            for channel in COLUMNS
            if channel in item.channels
        ),
        "资料": papers,
        "电子渠道身份核验": "、".join(VERIFICATION_NAMES[kind].zh for kind in sorted(item.verifications)),
        "受理条件": guards,
        "填写内容": _fields(item.fields, item.line_fields),
        "收费": _table(
            ["价目", "名称", "起始价（元）", "依据"],
            ([f"`{p.code}`", p.title.zh, str(p.amount), p.reference] for p in item.prices),
        ),
        "生效": TAKES_EFFECT_NAMES[item.takes_effect].zh,
        "留存": "、".join(RECORD_NAMES[record].zh for record in sorted(item.records)),
        "告知事项": "\n".join(f"- {notice.zh}" for notice in item.notices),
    }
    body = "\n\n".join(f"## {title}\n\n{text}" for title, text in sections.items() if text)
    return (
        f"# {item.title.zh}（{item.clause}）\n\n"
        f"{item.title.en} · `{item.code}` · {ORIGIN_NAMES[item.origin].zh}\n\n{body}\n"
    )


def _paper(paper: Paper) -> str:
    """The paper, what may stand in its place, and with which proof of identity alone it is asked for (S30-A1)."""
    notes = [
        *([f"可以{PAPER_NAMES[paper.alternative].zh}代替"] if paper.alternative else []),
        *([f"以{VERIFICATION_NAMES[paper.with_proof].zh}核验身份时"] if paper.with_proof else []),
    ]
    return PAPER_NAMES[paper.kind].zh + (f"（{'；'.join(notes)}）" if notes else "")


def _fields(fields: Sequence[Field], line_fields: Sequence[Field]) -> str:
    rows = [
        [f"`{field.name}`", field.label.zh, where, "必填" if field.required else "", field.clause]
        for where, group in (("整单", fields), ("每个号码", line_fields))
        for field in group
    ]
    return _table(["名称", "内容", "范围", "", "条款"], rows) if rows else ""
