"""Lines as they are named by people and other systems, made into what an order is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field
from trunkline.ordering.types import LineChoice
from trunkline.subscriptions.queries import lines_by_number

NO_SUCH_NUMBER = Refusal(
    "line.unknown", "", Text("没有这个在用号码：{subject}", "No such number in use: {subject}")
)
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
