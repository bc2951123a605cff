"""Sheets of unknown origin: good rows, or one clear sentence, for any bytes whatever."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time, timedelta
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from trunkline.kernel.refusals import Refused
from trunkline.kernel.sheets import Column, Sheet, package, read_sheet, write_sheet
from trunkline.kernel.text import Text

COLUMNS = (
    Column("name", Text("姓名", "Name")),
    Column("id_number", Text("证件号码", "ID number"), code=True, aliases=("身份证号",)),
    Column("wanted", Text("意向号码", "Wanted number"), code=True),
)
TITLES = [column.title.zh for column in COLUMNS]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(content: bytes, *, max_rows: int = 1000, ignored: Sequence[str] = ()) -> Sheet:
    return read_sheet(content, columns=COLUMNS, max_rows=max_rows, ignored=ignored)


def refusal(content: bytes, **options: Any) -> tuple[str, str]:
    """The code and subject of the one refusal; its words are complete in both languages."""
    with pytest.raises(Refused) as refused:
        read(content, **options)
    assert len(refused.value.refusals) == 1
    found = refused.value.refusals[0]
    assert found.text.zh and found.text.en and "{" not in found.text.zh + found.text.en
    return found.code, found.subject


def book(fill: Callable[[Any], None], *, header: Iterable[object] = TITLES) -> bytes:
    """A workbook by openpyxl: `header` in row 1, the rest by `fill`."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for index, value in enumerate(header, start=1):
        sheet.cell(1, index, value)
    fill(sheet)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def rows(*values: Sequence[object]) -> Callable[[Any], None]:
    def fill(sheet: Any) -> None:
        for number, row in enumerate(values, start=2):
            for index, value in enumerate(row, start=1):
                sheet.cell(number, index, value)

    return fill


def archive(parts: dict[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return buffer.getvalue()


def replaced(content: bytes, name: str, part: str | bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as original:
        parts: dict[str, str | bytes] = {info.filename: original.read(info) for info in original.infolist()}
    return archive({**parts, name: part})


def with_sheet(xml: str | bytes) -> bytes:
    """A workbook whose worksheet part is `xml`."""
    return replaced(GOOD, "xl/worksheets/sheet1.xml", xml)


def worksheet(cells: str) -> str:
    names = "".join(f'<c t="inlineStr"><is><t>{title}</t></is></c>' for title in TITLES)
    return f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{names}</row>{cells}</sheetData></worksheet>'


PERSON = ("张三", "11010519491231002X", "18655100001")


def _good() -> bytes:
    """By xlsxwriter, which uses shared strings; openpyxl writes strings inline."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, TITLES)
        for index, value in enumerate(PERSON):
            sheet.write_string(1, index, value)
    return buffer.getvalue()


GOOD = _good()


def test_rows_come_back_by_column_with_the_number_of_the_row() -> None:
    sheet = read(book(rows(PERSON, (None, None, None), ("李四", "110101199003070134", None))))
    assert sheet.header == tuple(TITLES)
    assert [(row.number, dict(row.values)) for row in sheet.rows] == [
        (1, {"name": "张三", "id_number": "11010519491231002X", "wanted": "18655100001"}),
        (3, {"name": "李四", "id_number": "110101199003070134", "wanted": ""}),
    ]
    assert sheet.rows[0].cells == PERSON


@pytest.mark.parametrize(
    "header",
    [
        ["Name", "ID number", "Wanted number"],
        ["name", "id_number", "wanted"],
        [" 姓 名 ", "身份证号", "意向号码(选填)"],
        ["姓名*", "证件号码（18位）", "＊意向号码"],
        ["意向号码", "姓名", "证件号码"],
    ],
    ids=["english", "keys", "alias and hint", "full width", "other order"],
)
def test_headers_are_known_in_both_languages_and_any_order(header: list[str]) -> None:
    person = PERSON if not header[0].startswith("意向") else (PERSON[2], PERSON[0], PERSON[1])
    assert read(book(rows(person), header=header)).rows[0].values["id_number"] == PERSON[1]


def test_a_title_above_the_header_is_passed_over() -> None:
    def fill(sheet: Any) -> None:
        sheet.merge_cells("A1:C1")
        for index, title in enumerate(TITLES, start=1):
            sheet.cell(3, index, title)
            sheet.cell(4, index, PERSON[index - 1])

    sheet = read(book(fill, header=["合肥示范银行子用户号码表"]))
    assert [(row.number, row.cells) for row in sheet.rows] == [(1, PERSON)]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (13800138000, "13800138000"),
        (13800138000.0, "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("　138 0013-8000 ", "13800138000"),
        ("138\u200b00138000\ufeff", "13800138000"),
        ("'13800138000", "13800138000"),
        ("11010519491231002ｘ", "11010519491231002X"),
        (352099001761481, "352099001761481"),
        (True, "TRUE"),
        (-5, "5"),
        (3.5, "3.5"),
        ("=1+1", "=1+1"),
    ],
)
def test_codes_are_read_as_a_person_reads_them(written: object, read_as: str) -> None:
    def fill(sheet: Any) -> None:
        rows(("张三", None, None))(sheet)
        sheet.cell(2, 2, written)
        if isinstance(written, str):
            sheet.cell(2, 2).data_type = "s"

    assert read(book(fill)).rows[0].values["id_number"] == read_as


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("  张　三 ", "张 三"), ("张\n三", "张 三"), ("买买提·艾力", "买买提·艾力"), ("𠮷田", "𠮷田")],
)
def test_names_keep_their_characters_and_lose_blanks(written: str, read_as: str) -> None:
    assert read(book(rows((written, None, None)))).rows[0].values["name"] == read_as


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (1.10105e17, "sheet.digits_lost"),
        (110105194912310020, "sheet.digits_lost"),
        ("1.10105E+17", "sheet.digits_lost"),
        (date(2026, 10, 1), "sheet.became_date"),
        (time(8, 30), "sheet.became_date"),
        (timedelta(days=3), "sheet.became_date"),
    ],
)
def test_what_excel_did_to_a_code_is_told_with_the_row_and_the_other_rows_are_read(
    written: object, code: str
) -> None:
    sheet = read(book(rows(PERSON, ("李四", written, None))))
    assert not sheet.rows[0].faults
    fault = sheet.rows[1].faults["id_number"]
    assert (fault.code, fault.subject, sheet.rows[1].values["id_number"]) == (code, "2", "")
    assert "证件号码" in fault.text.zh and "ID number" in fault.text.en


def test_hidden_rows_and_rich_text_are_read() -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    def fill(sheet: Any) -> None:
        rows(PERSON, PERSON)(sheet)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet["A3"] = CellRichText("李", TextBlock(InlineFont(b=True), "四"))
        sheet["B3"].font = Font(bold=True)

    assert [row.values["name"] for row in read(book(fill)).rows] == ["张三", "李四"]


def test_the_first_visible_sheet_is_read_and_a_formula_in_another_does_not_matter() -> None:
    workbook = openpyxl.Workbook()
    first = workbook.active
    assert first is not None
    first.sheet_state = "hidden"
    first["A1"] = "=1+1"
    second = workbook.create_sheet("名单")
    second.append(TITLES)
    second.append(PERSON)
    workbook.create_sheet("说明")["A1"] = "=NOW()"
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert read(buffer.getvalue()).rows[0].cells == PERSON


def test_cells_without_references_and_prefixed_names_are_read() -> None:
    cells = '<row><c t="str"><v>张三</v></c><c><v>1</v></c><c/></row>'
    assert read(with_sheet(worksheet(cells))).rows[0].cells == ("张三", "1", "")
    prefixed = worksheet(cells).replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert read(with_sheet(prefixed)).rows[0].cells == ("张三", "1", "")


def test_numbers_out_of_all_bounds_are_faults_not_failures() -> None:
    for number in ("1e308", "1e999", "-1e999", "NaN", "inf"):
        cells = f'<row r="2"><c r="A2" t="str"><v>x</v></c><c r="B2"><v>{number}</v></c><c r="C2"/></row>'
        try:
            (row,) = read(with_sheet(worksheet(cells))).rows
        except Refused:
            continue
        assert row.faults or row.values["id_number"]


# Refusals of the whole file


def _xls() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def _encrypted() -> bytes:
    return _xls() + "EncryptedPackage".encode("utf-16-le")


def _password_zip() -> bytes:
    content = bytearray(GOOD)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := content.find(signature, start)) >= 0:
            content[start + offset] |= 1
            start += 4
    return bytes(content)


def _csv() -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([TITLES, PERSON])
    return buffer.getvalue().encode("utf-8-sig")


def _bomb(megabytes: int) -> bytes:
    return with_sheet(worksheet("") + " " * megabytes * 1024 * 1024)


def _nested() -> bytes:
    return archive({"[Content_Types].xml": "<Types/>", "inner.xlsx": GOOD})


def _lying_bomb() -> bytes:
    """The directory says 1 KB, the stream would give 64 MB."""
    content = bytearray(_bomb(64))
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        info = made.getinfo("xl/worksheets/sheet1.xml")
    size = info.file_size.to_bytes(4, "little")
    return bytes(content).replace(size, (1024).to_bytes(4, "little"))


def _document_type(name: str) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    xml = zipfile.ZipFile(io.BytesIO(GOOD)).read(name).decode()
    return replaced(GOOD, name, f"<!DOCTYPE x [{entities}]>" + xml.partition("?>")[2])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet.empty_file"),
        (b"\0" * (package.MAX_BYTES + 1), "sheet.too_big"),
        (random.Random(1).randbytes(5000), "sheet.not_xlsx"),
        (_xls(), "sheet.old_format"),
        (_encrypted(), "sheet.encrypted"),
        (_password_zip(), "sheet.encrypted"),
        (_csv(), "sheet.not_xlsx"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "sheet.not_xlsx"),
        (archive({"word/document.xml": "<document/>", "[Content_Types].xml": "<Types/>"}), "sheet.not_xlsx"),
        (archive({"content.xml": "<office/>", "mimetype": "application/vnd.oasis"}), "sheet.not_xlsx"),
        (_nested(), "sheet.not_xlsx"),
        (GOOD[: len(GOOD) // 2], "sheet.damaged"),
        (GOOD[:-30], "sheet.damaged"),
        (b"PK\x03\x04", "sheet.damaged"),
        (with_sheet("<worksheet>"), "sheet.damaged"),
        (with_sheet(random.Random(2).randbytes(500)), "sheet.damaged"),
        (with_sheet(worksheet("").encode("utf-16")), "sheet.damaged"),
        (with_sheet(worksheet('<row r="x"><c><v>1</v></c></row>')), "sheet.damaged"),
        (with_sheet(worksheet('<row r="2"><c r="2B"><v>1</v></c></row>')), "sheet.damaged"),
        (replaced(GOOD, "xl/workbook.xml", f'<workbook xmlns="{MAIN}"/>'), "sheet.no_sheet"),
        (_bomb(32), "sheet.inflates_too_far"),
        (_bomb(200), "sheet.inflates_too_far"),
        (_lying_bomb(), "sheet.damaged"),
        (archive({f"{n}": "" for n in range(3000)}), "sheet.inflates_too_far"),
        (_document_type("xl/worksheets/sheet1.xml"), "sheet.document_type"),
        (_document_type("xl/sharedStrings.xml"), "sheet.document_type"),
        (_document_type("xl/workbook.xml"), "sheet.document_type"),
        (_document_type("xl/styles.xml"), "sheet.document_type"),
        (book(rows()), "sheet.no_rows"),
        (book(rows(), header=[]), "sheet.no_rows"),
        (book(rows((" ", "　", None))), "sheet.no_rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_good_sheet_is_refused_in_words(content: bytes, code: str) -> None:
    assert refusal(content)[0] == code


def test_an_xlsb_or_a_workbook_of_charts_only_is_refused() -> None:
    assert refusal(archive({"xl/workbook.bin": b"\0"}))[0] == "sheet.not_xlsx"
    chart = zipfile.ZipFile(io.BytesIO(GOOD)).read("xl/_rels/workbook.xml.rels").decode()
    assert refusal(
        replaced(GOOD, "xl/_rels/workbook.xml.rels", chart.replace('/worksheet"', '/chartsheet"'))
    )[0] == ("sheet.no_sheet")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (book(rows(PERSON), header=TITLES[:2]), ("sheet.column_missing", "意向号码")),
        (book(rows(PERSON), header=[*TITLES, "姓名"]), ("sheet.column_twice", "姓名")),
        (book(rows(PERSON), header=[*TITLES, "Name"]), ("sheet.column_twice", "姓名")),
        (book(rows(PERSON), header=[*TITLES, "工资"]), ("sheet.column_unknown", "工资")),
        (book(rows((*PERSON, "x"))), ("sheet.column_nameless", "D")),
    ],
)
def test_headers_must_be_there_once_and_known(content: bytes, expected: tuple[str, str]) -> None:
    assert refusal(content) == expected


def test_all_faults_of_the_header_are_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read(book(rows(PERSON), header=["姓名", "姓名", "工资"]))
    assert [(r.code, r.subject) for r in refused.value.refusals] == [
        ("sheet.column_twice", "姓名"),
        ("sheet.column_unknown", "工资"),
        ("sheet.column_missing", "证件号码"),
        ("sheet.column_missing", "意向号码"),
    ]
    assert "“ID number”" in refused.value.refusals[2].text.en


def test_a_column_to_be_ignored_may_be_there_and_is_not_among_the_persons_own() -> None:
    sheet = read(book(rows((*PERSON, "重复")), header=[*TITLES, "原因"]), ignored=("原因",))
    assert (sheet.header, sheet.rows[0].cells) == (tuple(TITLES), PERSON)


@pytest.mark.parametrize("cell", ["B2", "C900", "H3"])
def test_a_formula_anywhere_is_refused_by_its_cell(cell: str) -> None:
    def fill(sheet: Any) -> None:
        rows(PERSON)(sheet)
        sheet[cell] = '=HYPERLINK("http://example.com","x")'

    assert refusal(book(fill)) == ("sheet.formula", cell)


def test_shared_and_array_formulas_with_stored_values_are_refused() -> None:
    shared = '<row r="2"><c r="A2"><f t="shared" si="0"/><v>1</v></c></row>'
    array = '<row r="2"><c r="B2"><f t="array" ref="B2:B9">1+1</f><v>2</v></c></row>'
    assert refusal(with_sheet(worksheet(shared))) == ("sheet.formula", "A2")
    assert refusal(with_sheet(worksheet(array))) == ("sheet.formula", "B2")


def test_an_error_value_is_not_taken_for_an_empty_cell() -> None:
    error = '<row r="2"><c r="A2" t="str"><v>张三</v></c><c r="C2" t="e"><v>#N/A</v></c></row>'
    assert refusal(with_sheet(worksheet(error))) == ("sheet.error_value", "C2")


def test_two_hundred_columns_are_refused() -> None:
    wide = book(rows(PERSON), header=[*TITLES, *(f"列{n}" for n in range(197))])
    assert refusal(wide) == ("sheet.too_many_columns", f"{package.column_letters(package.MAX_COLUMNS)}1")


def test_a_value_in_the_farthest_corner_costs_no_memory() -> None:
    def fill(sheet: Any) -> None:
        rows(PERSON)(sheet)
        sheet["XFD1048576"] = "x"

    assert refusal(book(fill)) == ("sheet.too_many_columns", "XFD1048576")


def test_styled_empty_cells_far_below_do_not_count() -> None:
    def fill(sheet: Any) -> None:
        rows(PERSON)(sheet)
        sheet["B40000"].font = Font(bold=True)

    assert len(read(book(fill)).rows) == 1


def _long(count: int) -> bytes:
    return write_sheet(TITLES, ((f"张{n}", "1", "2") for n in range(count)))


@pytest.mark.parametrize(("count", "limit"), [(1001, 1000), (1009, 1000), (1400, 1000), (60_000, 50_000)])
def test_more_rows_than_the_limit_are_refused(count: int, limit: int) -> None:
    assert refusal(_long(count), max_rows=limit) == ("sheet.too_many_rows", "")


def test_exactly_the_limit_is_read() -> None:
    assert len(read(_long(1000), max_rows=1000).rows) == 1000


@pytest.mark.parametrize("merged", ["A2:A3", "B2:C2", "A1:A2"])
def test_merged_cells_in_the_data_are_refused_by_their_range(merged: str) -> None:
    def fill(sheet: Any) -> None:
        rows(PERSON, PERSON)(sheet)
        sheet.merge_cells(merged)

    assert refusal(book(fill)) == ("sheet.merged", merged)


def test_dates_of_the_1904_system_are_told_by_their_right_day() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"date_1904": True}) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, TITLES)
        sheet.write_datetime(1, 1, date(2026, 10, 1), made.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_string(1, 0, "张三")
    assert "2026-10-01" in read(buffer.getvalue()).rows[0].faults["id_number"].text.zh


# Writing


@pytest.mark.parametrize(
    "value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "{=1}", "http://x.example", "1e5", "001"]
)
def test_what_is_written_is_text_and_never_a_formula(value: str) -> None:
    content = write_sheet(TITLES, [(value, "1", "2")], notes=[value])
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    for sheet, place in ((workbook.worksheets[0], "A2"), (workbook.worksheets[1], "A1")):
        assert sheet[place].data_type != "f"
        assert sheet[place].hyperlink is None
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert workbook.worksheets[0]["A2"].number_format == "@"
    assert read(content).rows[0].values["name"] == value.strip()


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_cell_that_could_become_a_formula_later_carries_the_text_mark(value: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write_sheet(TITLES, [(value, "1", "2")]))).worksheets[0]
    assert sheet["A2"].quotePrefix
    assert not sheet["B2"].quotePrefix


def test_choices_are_offered_and_columns_are_text() -> None:
    content = write_sheet(TITLES, [], choices={2: ("甲", "乙")}, widths=(10,))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.data_validations.dataValidation[0].formula1 == '"甲,乙"'
    assert sheet.column_dimensions["A"].width == pytest.approx(10, abs=1)


@given(st.lists(st.text(max_size=40), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_anything_written_is_read_back_or_refused(values: list[str]) -> None:
    try:
        sheet = read(write_sheet(TITLES, [["x", *values[1:]], values]))
    except Refused:
        return
    assert len(sheet.rows) in (1, 2)


# Arbitrary bytes


def rows_or_refused(content: bytes) -> None:
    try:
        sheet = read(content)
    except Refused as refused:
        assert refused.refusals
    else:
        assert sheet.rows


@given(st.binary(max_size=3000))
@example(b"PK\x05\x06" + bytes(18))
@settings(max_examples=200, deadline=None)
def test_arbitrary_bytes_give_rows_or_a_refusal(content: bytes) -> None:
    rows_or_refused(content)
    rows_or_refused(b"PK\x03\x04" + content)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=12))
@settings(max_examples=400, deadline=None)
def test_a_workbook_with_bytes_changed_gives_rows_or_a_refusal(changes: list[tuple[int, int]]) -> None:
    content = bytearray(GOOD)
    for place, value in changes:
        content[place] = value
    rows_or_refused(bytes(content))


_CELLS = st.builds(
    lambda r, t, s, body: f"<c{r}{t}{s}>{body}</c>",
    st.sampled_from(["", ' r="A2"', ' r="B2"', ' r="A2000000"', ' r=""', ' r="XFE1"']),
    st.sampled_from(
        ["", ' t="s"', ' t="str"', ' t="inlineStr"', ' t="b"', ' t="e"', ' t="d"', ' t="n"', ' t="?"']
    ),
    st.sampled_from(["", ' s="0"', ' s="1"', ' s="99999999999"', ' s="-1"', ' s="x"']),
    st.one_of(
        st.builds(
            lambda text: f"<v>{escape(text)}</v>",
            st.one_of(
                st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",)), max_size=12),
                st.sampled_from(
                    ["-1", "99999999", "1e999", "NaN", "-0", "2958466", "#REF!", "_x0000_", "2026-13-01"]
                ),
            ),
        ),
        st.sampled_from(
            ["<is><t>x</t></is>", "<is/>", "<is><r/></is>", "<v/>", "<v><v>1</v></v>", "<c><v>1</v></c>"]
        ),
    ),
)


@given(
    st.lists(st.lists(_CELLS, max_size=4), max_size=4),
    st.sampled_from(["", ' r="2"', ' r="0"', ' r="9999999"']),
)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_arbitrary_cells_give_rows_or_a_refusal(table: list[list[str]], attribute: str) -> None:
    cells = "".join(f"<row{attribute}>{''.join(row)}</row>" for row in table)
    rows_or_refused(with_sheet(worksheet(cells)))


@given(
    st.sampled_from(
        ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"]
    ),
    st.data(),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_arbitrary_changes_in_other_parts_give_rows_or_a_refusal(name: str, data: st.DataObject) -> None:
    part = zipfile.ZipFile(io.BytesIO(GOOD)).read(name)
    start = data.draw(st.integers(0, len(part)))
    end = data.draw(st.integers(start, min(start + 40, len(part))))
    rows_or_refused(replaced(GOOD, name, part[:start] + data.draw(st.binary(max_size=8)) + part[end:]))
