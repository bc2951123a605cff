"""From bytes of unknown origin to a small workbook that is known to be harmless.

The zip directory is checked before anything is inflated, inflating stops at the size the directory declares, the
parts that are needed are parsed once (no document types, hence no entities; no formulas; bounded extent), and only
those parts are packed again, under names of our own. The reader proper never sees the original.
"""

from __future__ import annotations

import functools
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text

#: Limits. A sheet of 50,000 rows and eight columns is 3 MB, and 25 MB when inflated.
MAX_BYTES = 16 * 1024 * 1024
MAX_INFLATED = 96 * 1024 * 1024
MAX_RATIO = 200
RATIO_MATTERS_FROM = 4 * 1024 * 1024
MAX_PARTS = 1000
MAX_COLUMNS = 64

EMPTY_FILE = Refusal("sheet.empty_file", "", Text("文件是空的", "The file is empty"))
TOO_BIG = Refusal(
    "sheet.too_big", "", Text("文件超过 {limit} MB", "The file is larger than {limit} MB")
).filled(limit=MAX_BYTES // 1024 // 1024)
NOT_XLSX = Refusal(
    "sheet.not_xlsx",
    "",
    Text(
        "这不是 Excel 工作簿（.xlsx）；请另存为 .xlsx 后再上传",
        "This is no Excel workbook (.xlsx): save it as .xlsx and upload that",
    ),
)
OLD_FORMAT = Refusal(
    "sheet.old_format",
    "",
    Text(
        "这是旧版 Office 文件（.xls 等）；请在 Excel 中另存为 .xlsx 后再上传",
        "This is a file of an old Office version (.xls or alike): save it as .xlsx in Excel and upload that",
    ),
)
ENCRYPTED = Refusal(
    "sheet.encrypted",
    "",
    Text(
        "工作簿有打开密码；请取消密码后再上传",
        "The workbook is protected by a password: remove it and upload again",
    ),
)
DAMAGED = Refusal(
    "sheet.damaged",
    "",
    Text("文件损坏或没有传完整，无法读取", "The file is damaged or cut short and cannot be read"),
)
BOMB = Refusal(
    "sheet.inflates_too_far",
    "",
    Text("文件解压后过大，已拒绝读取", "The file would become too large when unpacked and was not read"),
)
DOCUMENT_TYPE = Refusal(
    "sheet.document_type",
    "",
    Text("文件中含有实体定义，已拒绝读取", "The file defines entities and was not read"),
)
NO_SHEET = Refusal("sheet.no_sheet", "", Text("工作簿中没有工作表", "The workbook has no worksheet"))
FORMULA = Refusal(
    "sheet.formula",
    "",
    Text(
        "单元格 {subject} 是公式；请复制后“选择性粘贴为数值”再上传",
        "Cell {subject} is a formula: paste it as a value and upload again",
    ),
)
ERROR_VALUE = Refusal(
    "sheet.error_value",
    "",
    Text("单元格 {subject} 是错误值（如 #N/A）", "Cell {subject} holds an error value (such as #N/A)"),
)
TOO_MANY_COLUMNS = Refusal(
    "sheet.too_many_columns",
    "",
    Text("单元格 {subject} 超出了 {limit} 列", "Cell {subject} lies beyond column {limit}"),
)
TOO_MANY_ROWS = Refusal(
    "sheet.too_many_rows",
    "",
    Text("超过 {limit} 行，请分成几个文件", "More than {limit} rows: split the file"),
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_FLAG = 0x1
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    OverflowError,
)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def column_letters(index: int) -> str:
    """The letters of a column counted from 0: 0 → A, 27 → AB."""
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


@functools.cache
def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


class _Parts:
    """The parts of a zip, inflated within limits, found whatever the case of their names."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _ZIP_FAULTS as error:
            raise Refused(DAMAGED) from error
        self._infos = {info.filename.replace("\\", "/").lower(): info for info in self._zip.infolist()}
        self._refuse_bombs()

    def _refuse_bombs(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_INFLATED:
            raise Refused(BOMB)
        for info in infos:
            if info.flag_bits & _ENCRYPTED_FLAG:
                raise Refused(ENCRYPTED)
            if info.file_size > RATIO_MATTERS_FROM and info.file_size > MAX_RATIO * max(
                info.compress_size, 1
            ):
                raise Refused(BOMB)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._infos

    def read(self, name: str) -> bytes:
        """One part. The zip reader stops at the declared size, whatever the stream would go on to give."""
        info = self._infos.get(name.lower())
        if info is None or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(DAMAGED)
        try:
            return self._zip.read(info)
        except (*_ZIP_FAULTS, RuntimeError) as error:
            raise Refused(DAMAGED) from error


def _parse(xml: bytes, element: Callable[[str, Mapping[str, str]], None] | None = None) -> None:
    """Parse in one piece (in small pieces a long token would cost quadratic time), as UTF-8 whatever is declared."""
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = element
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Refused(DAMAGED) from error


def _refuse_document_type(*_declaration: object) -> None:
    raise Refused(DOCUMENT_TYPE)


@functools.lru_cache(maxsize=256)
def _local(name: str) -> str:
    return name.rpartition(":")[2]


@dataclass
class _Workbook:
    """What is needed of workbook.xml: the first visible sheet and the date system."""

    sheets: list[tuple[str, bool]] = field(default_factory=list)
    dates_from_1904: bool = False

    def element(self, name: str, attributes: Mapping[str, str]) -> None:
        local = _local(name)
        if local == "sheet":
            relation = next((value for key, value in attributes.items() if _local(key) == "id"), "")
            self.sheets.append((relation, attributes.get("state", "visible") == "visible"))
        elif local == "workbookPr":
            self.dates_from_1904 = attributes.get("date1904", "0") in ("1", "true")


@dataclass
class _Relations:
    """What is needed of workbook.xml.rels: targets by id and by kind."""

    by_id: dict[str, str] = field(default_factory=dict)
    by_kind: dict[str, str] = field(default_factory=dict)

    def element(self, name: str, attributes: Mapping[str, str]) -> None:
        if _local(name) != "Relationship":
            return
        target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.by_kind.setdefault(kind, target.lstrip("/"))
        if kind == "worksheet":
            self.by_id[attributes.get("Id", "")] = target.lstrip("/")


@dataclass
class _Structure:
    """A worksheet gone through: refuses formulas, error values and values beyond the extent, collects merged ranges."""

    max_rows: int
    limit_shown: int
    merged: list[str] = field(default_factory=list)
    _row: int = 0
    _column: int = -1

    def element(self, name: str, attributes: Mapping[str, str]) -> None:
        local = _local(name)
        if local == "c":
            self._place(attributes.get("r"))
            if attributes.get("t") == "e":
                raise Refused(ERROR_VALUE.about(self._cell()))
        elif local in ("v", "is"):
            self._within()
        elif local == "row":
            self._row = self._row_number(attributes.get("r"))
            self._column = -1
        elif local == "f":
            raise Refused(FORMULA.about(self._cell()))
        elif local == "mergeCell":
            self.merged.append(attributes.get("ref", ""))

    def _row_number(self, written: str | None) -> int:
        if written is None:
            return self._row + 1
        if not written.isascii() or not written.isdigit() or len(written) > 7:
            raise Refused(DAMAGED)
        return int(written)

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise Refused(DAMAGED)
        self._column = _column_index(match[1])
        self._row = int(match[2])

    def _cell(self) -> str:
        return f"{column_letters(max(self._column, 0))}{self._row}"

    def _within(self) -> None:
        if self._column >= MAX_COLUMNS:
            raise Refused(TOO_MANY_COLUMNS.about(self._cell(), limit=MAX_COLUMNS))
        if self._row > self.max_rows:
            raise Refused(TOO_MANY_ROWS.filled(limit=self.limit_shown))


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook of one worksheet, packed by us, and the worksheet's merged ranges such as ``A1:G1``."""

    content: bytes
    merged: tuple[str, ...]


def open_package(content: bytes, *, max_rows: int, limit_shown: int) -> Package:
    """The first visible worksheet, harmless. Values below row `max_rows` are refused, naming `limit_shown`."""
    parts = _parts(content)
    workbook, relations = _Workbook(), _Relations()
    _parse(parts.read("xl/workbook.xml"), workbook.element)
    _parse(parts.read("xl/_rels/workbook.xml.rels"), relations.element)
    sheets = [(relations.by_id[key], visible) for key, visible in workbook.sheets if key in relations.by_id]
    if not sheets:
        raise Refused(NO_SHEET)
    sheet = parts.read(next((target for target, visible in sheets if visible), sheets[0][0]))
    structure = _Structure(max_rows, limit_shown)
    _parse(sheet, structure.element)
    kept = {"worksheet": sheet}
    for kind in ("sharedStrings", "styles"):
        target = relations.by_kind.get(kind)
        if target is not None and target in parts:
            kept[kind] = parts.read(target)
            _parse(kept[kind])
    return Package(_pack(kept, workbook.dates_from_1904), tuple(structure.merged))


def _parts(content: bytes) -> _Parts:
    """The parts of what must be an .xlsx, or the sentence that says what it is instead."""
    if not content:
        raise Refused(EMPTY_FILE)
    if len(content) > MAX_BYTES:
        raise Refused(TOO_BIG)
    if content.startswith(_OLE):
        raise Refused(ENCRYPTED if _ENCRYPTED_STREAM in content else OLD_FORMAT)
    if not content.startswith(b"PK"):
        raise Refused(NOT_XLSX)
    if content.count(b"PK\x01\x02") > 2 * MAX_PARTS:
        raise Refused(BOMB)
    parts = _Parts(content)
    if "xl/workbook.xml" not in parts:
        raise Refused(NOT_XLSX)
    return parts


_NAMES = {
    "worksheet": "xl/worksheets/sheet1.xml",
    "sharedStrings": "xl/sharedStrings.xml",
    "styles": "xl/styles.xml",
}


def _pack(kept: Mapping[str, bytes], dates_from_1904: bool) -> bytes:
    relations = "".join(
        f'<Relationship Id="r{kind}" Type="{_OFFICE}/{kind}" Target="/{_NAMES[kind]}"/>' for kind in kept
    )
    overrides = "".join(
        f'<Override PartName="/{_NAMES[kind]}" '
        f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for kind in kept
    )
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}">'
        f'<workbookPr date1904="{int(dates_from_1904)}"/>'
        '<sheets><sheet name="1" sheetId="1" r:id="rworksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        for kind, part in kept.items():
            archive.writestr(_NAMES[kind], part)
    return buffer.getvalue()
