"""Documents as PDF: data stays data, bytes stay the same, no character becomes an empty box."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader

from trunkline.agreements.printing import AttachmentPrint, MemberPrint, attachment_pdf
from trunkline.billing.printing import ReceiptPrint, receipt_pdf
from trunkline.kernel import typeset
from trunkline.kernel.refusals import Refused

AT = datetime(2026, 11, 5, 1, 30, 15, 123456, tzinfo=UTC)
SYSTEM_SERIF = "Noto Serif CJK SC"


def receipt(payer: str = "合肥科大讯远信息技术有限责任公司", *, at: datetime = AT) -> bytes:
    return receipt_pdf(
        ReceiptPrint(
            receipt_number="SJ-1",
            operator_name="中国联合网络通信有限公司合肥市分公司",
            organization_name=payer,
            account_code="ZH-1",
            amount=Decimal("1409.50"),
            method="现金",
            reference="",
            taken_at=AT,
            cashier="张晓丽",
            allocations=(),
            surplus=Decimal("0.00"),
            owed_after=Decimal("0.00"),
        ),
        at=at,
    )


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_same_input_gives_the_same_bytes_and_another_instant_gives_others() -> None:
    assert receipt() == receipt()
    assert receipt() != receipt(at=datetime(2026, 11, 5, 1, 30, 16, tzinfo=UTC))


def test_documents_printed_at_once_do_not_disturb_each_other() -> None:
    payers = [f"单位{n}" for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(receipt, payers))
    assert [hashlib.sha256(pdf).hexdigest() for pdf in together] == [
        hashlib.sha256(receipt(payer)).hexdigest() for payer in payers
    ]


def test_a_document_is_pdf_a_2b_dated_at_its_instant() -> None:
    reader = PdfReader(io.BytesIO(receipt()))
    assert reader.xmp_metadata is not None
    assert (reader.xmp_metadata.pdfaid_part, reader.xmp_metadata.pdfaid_conformance) == ("2", "B")
    assert reader.metadata is not None
    assert reader.metadata.creation_date == AT.replace(microsecond=0)


def listed(*names: str) -> bytes:
    members = tuple(
        MemberPrint(n, name, "340102********0001", "18655100001", "套餐", None, "", "")
        for n, name in enumerate(names, 1)
    )
    return attachment_pdf(AttachmentPrint("HF-1", 1, "甲公司", "乙公司", "0" * 64, members), at=AT)


@pytest.fixture
def small_volumes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "VOLUME_ROWS", 2)


@pytest.mark.usefixtures("small_volumes")
def test_volumes_are_joined_into_one_pdf_a_2b_that_counts_and_names_itself() -> None:
    pdf = listed(*"赵钱孙李周")
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("2", "B")
    described = metadata.stream.get_data().decode()
    assert len(reader.pages) == 3
    assert "<xmpTPg:NPages>3</xmpTPg:NPages>" in described
    identity = reader.trailer["/ID"]
    assert identity[0] == identity[1]
    assert f"<xmpMM:InstanceID>{identity[0].original_bytes.hex()}</xmpMM:InstanceID>" in described
    assert reader.trailer["/ID"] != PdfReader(io.BytesIO(listed(*"赵钱孙李吴"))).trailer["/ID"]
    assert reader.metadata is not None
    assert reader.metadata.creation_date == AT.replace(microsecond=0)
    assert pdf[:5] == b"%PDF-"
    assert min(pdf.split(b"\n")[1][1:5]) > 127


@pytest.mark.usefixtures("small_volumes")
def test_every_page_of_joined_volumes_keeps_its_fonts_and_the_colour_profile() -> None:
    reader = PdfReader(io.BytesIO(listed(*"赵钱孙李周")))
    (intent,) = reader.root_object["/OutputIntents"]
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_data()
    assert not {"/AA", "/OpenAction", "/Outlines"} & reader.root_object.keys()
    for page in reader.pages:
        fonts = page["/Resources"]["/Font"].values()
        assert fonts
        for font in fonts:
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & descriptor.keys()


@pytest.mark.usefixtures("small_volumes")
def test_unprintable_characters_of_all_volumes_are_named_together() -> None:
    with pytest.raises(Refused) as caught:
        listed("张\u202e三", "李", "王", "赵", "\U0010fffd")
    (refusal,) = caught.value.refusals
    assert refusal.text.zh.endswith("U+202E U+10FFFD")


def test_large_documents_printed_at_once_are_set_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "_LARGE", 1)
    running, most = [0], [0]
    compiled = typeset.typst.compile

    def counted(source: object, *args: object, **kwargs: object) -> bytes:
        if source == b"":
            return b""
        running[0] += 1
        most[0] = max(most[0], running[0])
        try:
            return compiled(source, *args, **kwargs)  # type: ignore[arg-type, return-value, call-overload]
        finally:
            running[0] -= 1

    monkeypatch.setattr(typeset.typst, "compile", counted)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(receipt, [f"单位{n}" for n in range(8)]))
    assert len(set(together)) == 8
    assert most == [1]


@pytest.mark.parametrize(
    "name",
    [
        "#panic()",
        '#read("/kernel/typeset.py")',
        "*粗* _斜_ $x^2$ `code`",
        "[方括号] ] } { \\ // /* */ <label> @ref",
        '"引号" \\u{41} = 标题',
        "https://example.invalid",
    ],
)
def test_markup_in_data_prints_as_itself(name: str) -> None:
    printed = "".join(text_of(receipt(name)).split())
    assert "".join(name.split()) in printed


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("张\U0010fffd三", "U+10FFFD"),
        ("张\x07三", "U+0007"),
        ("张\u202e三", "U+202E"),
        ("张\ud842三", "U+D842"),
    ],
)
def test_a_character_that_cannot_be_printed_is_refused_by_name(name: str, named: str) -> None:
    with pytest.raises(Refused) as caught:
        receipt(name)
    (refusal,) = caught.value.refusals
    assert refusal.code == "document.glyph_missing"
    assert named in refusal.text.zh
    assert named in refusal.text.en


def test_every_missing_character_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    house = typeset._house_fonts()
    monkeypatch.setattr(typeset, "_all_fonts", lambda: house)
    with pytest.raises(Refused) as caught:
        receipt("𠮷田𠮷子한")
    (refusal,) = caught.value.refusals
    assert refusal.text.zh.endswith("𠮷(U+20BB7) 한(U+D55C)")


def test_a_rare_character_comes_from_a_system_font_where_there_is_one() -> None:
    if SYSTEM_SERIF not in typeset._all_fonts().families():
        pytest.skip(f"no {SYSTEM_SERIF} on this system")
    pdf = receipt("𠮷田商社")
    assert "𠮷田商社" in text_of(pdf)
    assert pdf == receipt("𠮷田商社")


def test_a_line_break_in_data_is_kept() -> None:
    assert "甲公司\n乙部门" in text_of(receipt("甲公司\n乙部门"))


def test_a_long_word_breaks_within_its_column_and_copies_whole() -> None:
    address = "group.customer.department." * 3 + "@example.invalid"
    printed = text_of(receipt(address))
    assert address not in printed
    assert address in printed.replace("\n", "")


def test_an_amount_finer_than_the_fen_is_not_rounded_on_paper() -> None:
    assert typeset.yuan(Decimal("12000")) == "12,000.00"
    with pytest.raises(ValueError, match=r"22\.995"):
        typeset.yuan(Decimal("22.995"))
