"""Lines as they are named by people and other systems, made into what an order is asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trunkline.agreements.queries import lines_of_agreement
from trunkline.counter.registry import service_item
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.sheets import Column, SheetRow, read_sheet, write_sheet
from trunkline.kernel.text import Text
from trunkline.ordering.documents import REASON_COLUMNS, reasons_sheet
from trunkline.ordering.engine import Judgement
from trunkline.ordering.fields import Field, FieldKind, cleaned, field_refusals
from trunkline.ordering.item import ServiceItem
from trunkline.ordering.selections import MOST, select_lines
from trunkline.ordering.types import LineChoice, SelectionSource
from trunkline.party.queries import organization
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines_by_number, matching_lines
from trunkline.subscriptions.types import LineState, StopCause

NO_SUCH_NUMBER = Refusal(
    "line.unknown", "", Text("没有这个在用号码：{subject}", "No such number in use: {subject}")
)
NUMBER_TWICE = Refusal(
    "line.repeated",
    "",
    Text("号码在表中不止一行：{subject}", "The number stands in more than one row: {subject}"),
)
_NUMBER = Column("number", Text("号码", "Number"), code=True, aliases=("手机号码", "业务号码", "电话号码"))
#: A sheet of refused lines can be corrected and sent again as it is.
_IGNORED = tuple(word for text in REASON_COLUMNS[1:] for word in (text.zh, text.en))
_WRITTEN_AS_CODES = (FieldKind.NUMBER, FieldKind.INTEGER)
#: So many faults of a sheet are named.
_MOST_NAMED = 200
_SEPARATORS = re.compile(r"[\s,;\uff0c\uff1b\u3001]+")

#: A line by its id or its number, with what the item asks for it.
Named = tuple[int | str, Mapping[str, str]]


def written_rows(rows: Iterable[str], line_fields: Sequence[Field]) -> list[Named]:
    """A line a row: its number, then the answers for it in the order of the item's line fields."""
    names = [field.name for field in line_fields]
    written = [_SEPARATORS.split(row.strip()) for row in rows if row.strip()]
    return [(row[0], dict(zip(names, row[1:], strict=False))) for row in written]


def choices(named: Sequence[Named]) -> tuple[LineChoice, ...]:
    """The lines named, in that order; `Refused` (``line.unknown``) with every number nobody holds."""
    numbers = [one for one, _ in named if isinstance(one, str)]
    known = lines_by_number(numbers) if numbers else {}
    raise_if_any(NO_SUCH_NUMBER.about(number) for number in numbers if number not in known)
    return tuple(LineChoice(one if isinstance(one, int) else known[one].id, values) for one, values in named)


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines of an organisation are meant; what is None is left open."""

    organization_id: int
    agreement_id: int | None = None
    plan_id: int | None = None
    state: LineState | None = None
    cause: StopCause | None = None
    text: str = ""


def lines_matching(wanted: LineFilter) -> tuple[int, ...]:
    """Ids of the lines meant, as of now; the number of statements does not depend on how many they are."""
    return matching_lines(
        wanted.organization_id,
        state=wanted.state,
        offering_id=wanted.plan_id,
        cause=wanted.cause,
        text=wanted.text,
        among=None if wanted.agreement_id is None else lines_of_agreement(wanted.agreement_id),
    )


def select_matching(*, item_code: str, wanted: LineFilter, actor: Actor, at: datetime) -> int:
    """Choose the lines meant for an item; the id of the choice."""
    return select_lines(
        organization_id=wanted.organization_id,
        branch_id=organization(wanted.organization_id).branch_id,
        item_code=item_code,
        source=SelectionSource.FILTER,
        lines=[LineChoice(line) for line in lines_matching(wanted)],
        actor=actor,
        at=at,
    )


def select_of_sheet(
    *, item_code: str, organization_id: int, content: bytes, actor: Actor, at: datetime
) -> int:
    """Choose the lines of a sheet, with what it answers for each; `Refused` with every fault, row by row."""
    return select_lines(
        organization_id=organization_id,
        branch_id=organization(organization_id).branch_id,
        item_code=item_code,
        source=SelectionSource.SHEET,
        lines=lines_of_sheet(content, service_item(item_code)),
        actor=actor,
        at=at,
    )


def _columns(item: ServiceItem[Any, Any]) -> tuple[Column, ...]:
    answers = (
        Column(field.name, field.label, code=field.kind in _WRITTEN_AS_CODES) for field in item.line_fields
    )
    return (_NUMBER, *answers)


def lines_of_sheet(content: bytes, item: ServiceItem[Any, Any]) -> tuple[LineChoice, ...]:
    """The lines of a sheet in its order; `Refused` with every row whose number nobody holds or answer is wrong."""
    rows = read_sheet(content, columns=_columns(item), max_rows=MOST, ignored=_IGNORED).rows
    known = lines_by_number({row.values["number"] for row in rows})
    times = Counter(row.values["number"] for row in rows)
    faults, chosen = [], []
    for row in rows:
        number = row.values["number"]
        answers = cleaned(
            item.line_fields, {field.name: row.values[field.name] for field in item.line_fields}
        )
        found = [*_faults_of(row, number in known, times[number]), *_wrong(item, answers, row)]
        faults += [_at_row(fault, row.number) for fault in found]
        if not found:
            chosen.append(LineChoice(known[number].id, answers))
    raise_if_any(faults[:_MOST_NAMED])
    return tuple(chosen)


def _faults_of(row: SheetRow, known: bool, times: int) -> Iterator[Refusal]:
    number = row.values["number"]
    yield from row.faults.values()
    if "number" in row.faults:
        return
    if not known:
        yield NO_SUCH_NUMBER.about(number)
    elif times > 1:
        yield NUMBER_TWICE.about(number)


def _wrong(item: ServiceItem[Any, Any], answers: Mapping[str, str], row: SheetRow) -> Iterator[Refusal]:
    """What is wrong with a row's answers beside what Excel did to its cells."""
    asked = [field for field in item.line_fields if field.name not in row.faults]
    yield from field_refusals(asked, answers, row.values["number"])


def _at_row(fault: Refusal, row: int) -> Refusal:
    text = Text(f"第 {row} 行：{fault.text.zh}", f"Row {row}: {fault.text.en}")
    return Refusal(fault.code, fault.clause, text, fault.subject)


def sheet_template(item: ServiceItem[Any, Any], language: str) -> bytes:
    """An empty sheet with the columns an item asks for."""
    titles = [column.title.in_language(language) for column in _columns(item)]
    return write_sheet(titles, (), widths=(16, *(24 for _ in item.line_fields)))


def refused_sheet(judged: Judgement, language: str) -> bytes:
    """The lines that would be handed back, each with its reasons, as .xlsx."""
    refused = ((one.line.number, one.line.user_name, one.refusals) for one in judged.refused)
    return reasons_sheet(refused, language)
