"""Opening a usage file: whether it is one at all, and its rows as they lie there.

A line of a CSV file is a row, whatever stands in it, so that no quote swallows the rows after it and the counts
are those of the lines.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.rating.formats.checking import OPTIONAL, REQUIRED, as_text

EMPTY = Refusal("usage.empty", "", Text("话单文件是空的", "The usage file is empty"))
NOT_UTF8 = Refusal("usage.not_utf8", "", Text("话单文件不是 UTF-8 文本", "The usage file is not UTF-8 text"))
CONTROL_CHARACTERS = Refusal(
    "usage.control_characters",
    "",
    Text("话单文件含有控制字符", "The usage file holds control characters"),
)
LINE_ENDS = Refusal(
    "usage.line_ends",
    "",
    Text("话单文件混用了不同的换行符", "The usage file mixes different line ends"),
)
LINE_TOO_LONG = Refusal(
    "usage.line_too_long",
    "",
    Text("话单文件有一行超过 64 KB", "A line of the usage file is longer than 64 KB"),
)
NOT_PARQUET = Refusal(
    "usage.not_parquet", "", Text("不是可读的 Parquet 文件", "Not a Parquet file that can be read")
)
COLUMNS_MISSING = Refusal(
    "usage.columns_missing",
    "",
    Text("话单文件缺少列：{subject}", "The usage file lacks the columns {subject}"),
)
COLUMNS_UNKNOWN = Refusal(
    "usage.columns_unknown",
    "",
    Text("话单文件有不认识的列：{subject}", "The usage file has unknown columns: {subject}"),
)
COLUMNS_REPEATED = Refusal(
    "usage.columns_repeated",
    "",
    Text("话单文件的列重复：{subject}", "Columns of the usage file are repeated: {subject}"),
)
COLUMN_TYPE = Refusal(
    "usage.column_type",
    "",
    Text("列 {subject} 的类型不对：{found}", "Column {subject} is of the wrong type: {found}"),
)

_IS_TEXT: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_string,
    pa.types.is_large_string,
    lambda kind: pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type),
)

_MAGIC = b"PAR1"
_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 16
#: What no text file of rows holds; the unit separator is then free to stand for "no column ends here".
_CONTROL = bytes(sorted(set(range(32)) - set(b"\t\r\n")))
_NO_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class _Header:
    """The first line of a CSV file, and how it ends (in the words of the engine)."""

    names: tuple[str, ...]
    line_end: str


@dataclass(frozen=True, slots=True)
class _Scan:
    """What the bytes of a whole CSV file told: `lines` counts the header too."""

    sha256: str
    lines: int
    quotes: bool


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a file as they lie there, numbered, and how they become the columns of the layout.

    They become so late: rows that a join leaves out are then not taken apart first.
    """

    sha256: str
    raw: ir.Table
    columns: Callable[[ir.Table], ir.Table]


def is_parquet(path: Path) -> bool:
    """By the first bytes, or by a name that promises it."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC or path.suffix == ".parquet"


def is_sound_parquet(path: Path) -> bool:
    """Whether every value of a Parquet file can be read: a second opinion, slow."""
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                batch.validate(full=True)
    except (pa.ArrowException, OSError):
        return False
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _header(path: Path) -> _Header:
    with path.open("rb") as file:
        first = file.readline(_LONGEST_LINE + 2)
    if not first:
        raise Refused(EMPTY)
    if len(first) > _LONGEST_LINE + 1:
        raise Refused(LINE_TOO_LONG)
    line_end = b"\r\n" if first.endswith(b"\r\n") else b"\n"
    first = first.removesuffix(line_end)
    if b"\r" in first:
        raise Refused(LINE_ENDS)
    try:
        names = first.decode("utf-8-sig").split(",")
    except UnicodeDecodeError as error:
        raise Refused(NOT_UTF8) from error
    return _Header(
        tuple(name.strip().removeprefix('"').removesuffix('"') for name in names),
        line_end.decode("ascii").encode("unicode_escape").decode("ascii"),
    )


def _scan(path: Path) -> _Scan:
    """Looks once at the bytes of a CSV file, so that nothing in it can lead the engine astray."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    ends = returns = pairs = quotes = open_line = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            _refuse_no_text(chunk, decoder)
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            returns += chunk.count(b"\r")
            ends += chunk.count(b"\n")
            quotes += b'"' in chunk
            open_line = _open_line(open_line, chunk)
            last = chunk[-1:]
    _refuse_no_text(b"", decoder, final=True)
    if returns and not returns == pairs == ends:
        raise Refused(LINE_ENDS)
    return _Scan(digest.hexdigest(), ends + (last != b"\n"), quotes > 0)


def _refuse_no_text(chunk: bytes, decoder: codecs.IncrementalDecoder, *, final: bool = False) -> None:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        raise Refused(NOT_UTF8) from error
    if len(chunk.translate(None, _CONTROL)) != len(chunk):
        raise Refused(CONTROL_CHARACTERS)


def _open_line(before: int, chunk: bytes) -> int:
    """The length of the line that `chunk` leaves open, `before` of it in earlier chunks; refuses a long one."""
    start = -before
    while start + _LONGEST_LINE < len(chunk):
        end = chunk.rfind(b"\n", max(start, 0), start + _LONGEST_LINE + 1)
        if end < 0:
            raise Refused(LINE_TOO_LONG)
        start = end + 1
    end = chunk.rfind(b"\n", max(start, 0))
    return len(chunk) - (start if end < 0 else end + 1)


def _refuse_columns(names: Sequence[str]) -> None:
    """Raises Refused unless `names` are those of the layout, in any order."""
    findings = (
        (COLUMNS_MISSING, [name for name in REQUIRED if name not in names]),
        (COLUMNS_UNKNOWN, sorted({name for name in names if name not in (*REQUIRED, *OPTIONAL)})),
        (COLUMNS_REPEATED, sorted({name for name in names if names.count(name) > 1})),
    )
    # A column that is one letter off would otherwise be left out in silence, and its rows priced as local.
    raise_if_any(refusal.about(", ".join(columns)) for refusal, columns in findings if columns)


def open_csv(engine: Backend, source: Path) -> Source:
    """The lines of a CSV file, numbered as lines: the header is line 1, and an empty line is no row."""
    header = _header(source)
    _refuse_columns(header.names)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # The engine reads on one core here, so the look at the bytes costs no time on the other.
        looking = beside.submit(_scan, source)
        try:
            lines = _load_lines(engine, source, header.line_end)
        except duckdb.Error:
            looking.result()
            raise
        scan = looking.result()
    found = int(engine.execute(lines.count()))
    if found != scan.lines - 1:
        raise RuntimeError(f"{found} rows were read of a file of {scan.lines - 1}")

    def columns(raw: ir.Table) -> ir.Table:
        rows = raw.mutate(cells=raw.line.split(","))
        cells = {name: rows.cells[index] for index, name in enumerate(header.names)}
        texts = {name: (_unquoted(cell) if scan.quotes else cell).nullif("") for name, cell in cells.items()}
        complete = rows.cells.length() == len(header.names)
        return rows.select("row_number", **texts, complete=complete, record=rows.line)

    return Source(scan.sha256, lines.filter(lines.line.notnull()), columns)


def _load_lines(engine: Backend, source: Path, line_end: str) -> ir.Table:
    engine.con.execute(
        "CREATE TEMP TABLE line AS SELECT row_number() OVER () + 1 AS row_number, line FROM read_csv($path, "
        "header = false, skip = 1, auto_detect = false, delim = $delimiter, quote = '', escape = '', "
        "new_line = $line_end, compression = 'none', columns = {'line': 'VARCHAR'})",
        {"path": str(source), "delimiter": _NO_SEPARATOR, "line_end": line_end},
    )
    return engine.table("line")


def _unquoted(cell: ir.StringValue) -> ir.StringValue:
    """A cell without the quotes round it."""
    quoted = cell.startswith('"') & cell.endswith('"') & (cell.length() > 1)
    return ibis.ifelse(quoted, cell.substr(1, cell.length() - 2), cell)


def open_parquet(engine: Backend, source: Path) -> Source:
    """The rows of a Parquet file, numbered from 1; times and quantities may be typed or text."""
    try:
        with pq.ParquetFile(source) as file:
            shape = file.schema_arrow
    except (pa.ArrowInvalid, OSError) as error:
        raise Refused(NOT_PARQUET) from error
    _refuse_columns(shape.names)
    typed: dict[str, tuple[Callable[[pa.DataType], bool], ...]] = {
        "started_at": (pa.types.is_timestamp,),
        "quantity": (pa.types.is_integer,),
        "duration": (pa.types.is_integer,),
    }
    raise_if_any(
        COLUMN_TYPE.about(field.name, found=field.type)
        for field in shape
        if not any(fits(field.type) for fits in (*_IS_TEXT, *typed.get(field.name, ())))
    )
    raw = engine.read_parquet(str(source), hive_partitioning=False, file_row_number=True)

    def columns(rows: ir.Table) -> ir.Table:
        texts = {name: rows[name].nullif("") for name in shape.names if rows[name].type().is_string()}
        return rows.mutate(**texts, complete=ibis.literal(True), record=as_text(rows))

    return Source(_sha256(source), raw.mutate(row_number=raw.file_row_number + 1), columns)
