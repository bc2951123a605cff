"""Where a called number leads: the longest prefix of it that is listed.

The first five digits are looked up at once, since every beginning of five digits that is listed, or begins with what
is, stands in one table. Longer prefixes are looked up by their length, the longest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa

from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.text import Text

PREFIX_UNSOUND = Refusal(
    "rating.prefix_unsound",
    "",
    Text(
        "号码前缀 {subject} 不是 1 至 20 位数字，或重复",
        "Prefix {subject} is not 1 to 20 digits, or is there twice",
    ),
)

#: So many digits are looked up at once.
HEAD = 5
_LONGEST = 20

#: `prefix` is a number's first digits, or a whole number where it is shorter.
HEADS = pa.schema(
    [
        pa.field("prefix", pa.string(), nullable=False),
        pa.field("destination_no", pa.int32(), nullable=False),
        pa.field("on_net", pa.bool_(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Directory:
    """`heads` by the first five digits, and `longer` prefixes by length, the longest first (shape HEADS)."""

    heads: pa.Table
    longer: tuple[tuple[int, pa.Table], ...]


def directory_of(listed: pa.Table, named: Sequence[str]) -> Directory:
    """The look-up tables of prefixes (shape DESTINATIONS); `named` are the destinations in prices, numbered from 1.

    A destination that no price names is number 0. Raises Refused for prefixes that are none.
    """
    rows = sorted(listed.to_pylist(), key=lambda row: (len(row["prefix"]), row["prefix"]))
    prefixes = [row["prefix"] for row in rows]
    bad = {p for p in prefixes if not (p.isascii() and p.isdigit() and len(p) <= _LONGEST)}
    bad |= {one for one, other in pairwise(prefixes) if one == other}
    raise_if_any(PREFIX_UNSOUND.about(p) for p in sorted(bad))
    numbers = {name: number for number, name in enumerate(named, start=1)}
    heads: dict[str, tuple[int, bool]] = {}
    longer: dict[int, dict[str, tuple[int, bool]]] = {}
    for row in rows:
        prefix, leads = row["prefix"], (numbers.get(row["destination"], 0), row["on_net"])
        if len(prefix) > HEAD:
            longer.setdefault(len(prefix), {})[prefix] = leads
        else:
            # What is longer comes later and replaces what a shorter prefix said.
            heads.update(dict.fromkeys(_beginning_with(prefix), leads))
    return Directory(
        _table(heads), tuple((length, _table(longer[length])) for length in sorted(longer, reverse=True))
    )


def _beginning_with(prefix: str) -> Iterator[str]:
    """The prefix and all that begins with it, of up to five digits."""
    for more in range(HEAD - len(prefix) + 1):
        for number in range(10**more):
            yield f"{prefix}{number:0{more}d}" if more else prefix


def _table(leads: dict[str, tuple[int, bool]]) -> pa.Table:
    rows = [
        {"prefix": prefix, "destination_no": number, "on_net": on_net}
        for prefix, (number, on_net) in leads.items()
    ]
    return pa.Table.from_pylist(rows, schema=HEADS)
