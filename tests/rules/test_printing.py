"""What stands on paper: the agreement word for word, its attachment, slips, bills and receipts."""

from __future__ import annotations

import io
import re
import time
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader

from trunkline.agreements.printing import (
    AgreementPrint,
    AttachmentPrint,
    MemberPrint,
    PremiumPrint,
    agreement_pdf,
    attachment_pdf,
)
from trunkline.agreements.types import BUSINESS_KIND_NAMES, BusinessKind
from trunkline.billing.printing import (
    AllocationPrint,
    BillLinePrint,
    BillPrint,
    DepositPrint,
    InvoicePrint,
    NumberPrint,
    ReceiptPrint,
    TaxPrint,
    bill_pdf,
    invoice_pdf,
    receipt_pdf,
)
from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.periods import Month
from trunkline.kernel.typeset import VOLUME_ROWS
from trunkline.ordering.printing import (
    FeePrint,
    HandlerPrint,
    PaperPrint,
    SlipLinePrint,
    SlipPrint,
    slip_pdf,
)

AT = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)
OPERATOR = "中国联合网络通信有限公司合肥市分公司"
CUSTOMER = "合肥科大讯远信息技术有限责任公司"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

AGREEMENT = AgreementPrint(
    number="HF-2026-000123",
    customer_name=CUSTOMER,
    customer_address="安徽省合肥市高新区望江西路666号",
    customer_signer="王建国",
    customer_signer_role="授权代表",
    operator_name=OPERATOR,
    operator_address="安徽省合肥市马鞍山路68号联通大厦",
    operator_signer="",
    operator_signer_role="",
    business_kind=BusinessKind.STANDARD_PLAN,
    business_terms="",
    plan_name="集团商务套餐46元",
    plan_price=Decimal("46.00"),
    first_month_mode=FirstMonthMode.HALF,
    premiums=(
        PremiumPrint(
            "18655108888", "AAAA", Decimal(12000), Decimal(1000), Decimal(1000), 12, Decimal("389.00")
        ),
        PremiumPrint(
            "18655106666", "AAA", Decimal(10000), Decimal("833.33"), Decimal("833.37"), 12, Decimal(289)
        ),
    ),
    data_cap_gb=6,
    terminal_model="ZTE-U V880",
    unsupported_features=("可视电话", "手机电视"),
    term_years=2,
)

#: 篇2 as it is written, the blanks filled in as above; half-width signs there are full-width in print.
VERBATIM = (
    "甲乙双方在平等自愿、公平诚信的基础上,基于对乙方移动通信服务的了解和需求,甲方自愿申请成为乙方 移动 业务的客户,"
    "乙方按照本合同向甲方提供2G、3G移动通信入网服务,在合同期内,完成不低于 50 户用户入网。并达成协议如下:",
    "第一条 选号及套餐资费优惠内容",
    "(一)靓号优惠政策",
    "(二)甲方套餐内容(请按照业务种类填写)",
    "示例:",
    "(三)首月资费标准(主要涉及3G业务)",
    "“套餐包外资费(免月租)”指用户入网当月免收月租费,其他按套餐外资费执行;",
    "“全月套餐”指申请套餐即时生效,用户入网当月即按照用户所选的基本套餐收取套餐月费,所含内容不变;",
    "“套餐减半”指用户入网当月在其所选基本套餐的基础上,对套餐月费和套餐内所含内容均减半,减半处理本着“惠及用户”原则"
    "进行取整,其中来电显示照常赠送。",
    "第二条 使用条件(该条款根据不同营销活动具体的业务规定描述,如特殊的话费消费、收费政策、公平使用原则(使用数据流量超过"
    "6GB自动关闭数据功能)、预存返还、终端不支持可视电话的约定等)例:",
    "(一)甲方应按时全额缴纳当月通信费用。如有靓号预存款,且甲方当月实际产生的通信费超出靓号预存话费当月解冻额度,应按时"
    "缴清差额费用。甲方同意乙方对其在本协议中选定的号码每月产生的通信费实行单独核算,不与其它号码进行关联付费。",
    "(二)本协议中的甲方靓号预存话费不可退还,可以延期消费,可以结转。协议有效期内,甲方承诺不申请停机、销号或过户业务。",
    "(三)按照公平使用原则,乙方将对甲方的无线数据流量进行封顶限制,甲方每月的无线数据流量达到或超出(为保证通信服务的"
    "连续性,以甲方最后一次无线上网使用结束为准累计无线数据流量,可能存在超出流量封顶额度的情况,超出的流量将按甲方使用的"
    "3G套餐情况计费)流量封顶额度(6GB)时,乙方将有权暂停甲方当月的上网服务,次月自动恢复开通。乙方可以定期通过短信方式"
    "通知甲方无线数据流量的使用情况。",
    "(四)甲方选择的移动电话终端设备应支持乙方所有可提供的业务功能,对于甲方选择的移动电话终端自身不支持乙方提供业务功能的"
    "损失,由甲方自行承担。经甲方确认,甲方选择/自备的 ZTE-U V880 型手机终端不支持甲方所选乙方3G套餐中的 可视电话、手机电视 "
    "功能。(该条涉及到终端办理)",
    "第三条 违约责任及承担(该条款根据不同营销活动具体的业务规定,具体描述甲方乙方可能存在的违约责任。如甲方合约期内退机交"
    "违约款,送终端的终端故障解决办法等)",
    "(一)甲方违约责任甲方构成违约的,甲方应承担由此给乙方带来的经济损失并支付违约金(包括但不限于因用户欠费发生的逾期付款"
    "违约金以及乙方在本协议中所给予甲方的终端补贴款等优惠)。乙方有权以甲方账户中尚未解冻的相应靓号预存款直接折抵该等违约金。"
    "如有不足,甲方应一次性补足。",
    "(二)乙方违约责任1、乙方构成违约的,应按《中华人民共和国电信条例》及其他有关规定,承担违约责任。",
    "2、因乙方提供的手机质量问题引起的纠纷,由乙方负责协助处理,并按《产品质量法》、《消费者权益保护法》等国家法律法规的规定,"
    "承担由此引起的相应责任。",
    "(三)发生争议时,甲乙双方协商解决,协商不成的,任何一方可向乙方所在地法院提起诉讼。",
    "第四条 协议生效",
    "本协议有效期 贰 年。到期如无特殊情况,自动顺延壹年。本协议一式陆份,甲、乙双方各执叁份,自双方法定代表人或授权代表签字"
    "并加盖公章之日起生效。协议中所含附件与本协议具有同等法律效力。",
)


def plain(text: str) -> str:
    """Without spaces, and with the half-width signs of the source."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def pages(pdf: bytes) -> list[str]:
    return [plain(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def agreement_text(p: AgreementPrint) -> str:
    """The pages' texts as one, without what stands above and below each."""
    head = plain(f"{p.operator_name}集团客户入网协议{p.number}")
    foot = re.compile(r"加粗下划线的条款.*?第\d+页共\d+页$")
    return "".join(foot.sub("", page.removeprefix(head)) for page in pages(agreement_pdf(p, at=AT)))


def members(count: int) -> tuple[MemberPrint, ...]:
    return tuple(
        MemberPrint(
            row=n,
            name=f"员工{n}",
            id_number=f"340102********{n % 10000:04d}",
            number=f"186{55100000 + n}",
            plan_name="集团商务套餐46元",
            first_month_mode=FirstMonthMode.OUT_OF_PLAN,
            terminal_model="ZTE-U V880",
            imei=f"{860000000000000 + n}",
        )
        for n in range(1, count + 1)
    )


def attachment(count: int) -> AttachmentPrint:
    return AttachmentPrint(AGREEMENT.number, 1, CUSTOMER, OPERATOR, SHA256, members(count))


def slip(lines: int, notices: tuple[str, ...] = ("国际漫游开通后,三方通话业务自动关闭。",)) -> SlipPrint:
    return SlipPrint(
        order_number="DD-42",
        item_title="新装",
        clause="S01",
        channel="自有营业厅",
        operator_name=OPERATOR,
        branch="合肥市分公司",
        clerk="张晓丽",
        placed_at=AT,
        takes_effect="立即生效",
        completed_at=AT,
        state="竣工",
        reasons=(),
        organization_name=CUSTOMER,
        organization_code="91340100MA2M00000X",
        agreement_number=AGREEMENT.number,
        handler=HandlerPrint(
            "刘海燕",
            "居民身份证",
            "340104********0012",
            "18655100001",
            "liu@example.invalid",
            "望江西路666号",
            "230088",
        ),
        papers=(PaperPrint("单位委托证明(加盖公章)", "WT-1", True, True, False),),
        lines=tuple(
            SlipLinePrint(f"186{55100000 + n}", "钱芳", "集团商务套餐46元", "套餐减半", "竣工")
            for n in range(lines)
        ),
        fees=(
            FeePrint("移动业务入网费", Decimal("0.00"), "文号一"),
            FeePrint("卡费", Decimal("50.00"), "文号二"),
        ),
        notices=notices,
    )


BILL = BillPrint(
    bill_number="ZD-317",
    month=Month(2026, 10),
    operator_name=OPERATOR,
    organization_name=CUSTOMER,
    organization_code="91340100MA2M00000X",
    account_code="ZH-317",
    account_title="行政部",
    billing_address="望江西路666号",
    issued_at=AT,
    due_on=date(2026, 11, 25),
    owed_before=Decimal("120.00"),
    total=Decimal("52.50"),
    from_deposit=Decimal("40.00"),
    paid=Decimal("0.00"),
    numbers=(
        NumberPrint(
            "18655108888",
            (
                BillLinePrint("月租费", 1, "月", 0, Decimal(46), Decimal(46), Decimal("0.09"), "整月"),
                BillLinePrint(
                    "数据流量", 1234, "KB", 150, Decimal("0.0003"), Decimal("6.50"), Decimal("0.06"), ""
                ),
            ),
            Decimal("52.50"),
        ),
    ),
    taxes=(
        TaxPrint(Decimal("0.09"), Decimal("42.20"), Decimal("3.80"), Decimal("46.00")),
        TaxPrint(Decimal("0.06"), Decimal("6.13"), Decimal("0.37"), Decimal("6.50")),
    ),
    deposits=(
        DepositPrint("18655108888", Decimal("1000.00"), Decimal("40.00"), Decimal("960.00"), Decimal(9000)),
    ),
)

RECEIPT = ReceiptPrint(
    receipt_number="SJ-9",
    operator_name=OPERATOR,
    organization_name=CUSTOMER,
    account_code="ZH-317",
    amount=Decimal("1409.50"),
    method="银行转账",
    reference="流水8837461",
    taken_at=AT,
    cashier="张晓丽",
    allocations=(AllocationPrint("ZD-317", Month(2026, 10), Decimal("1397.50")),),
    surplus=Decimal("12.00"),
    owed_after=Decimal("5.00"),
)


def test_the_agreement_follows_its_form_word_for_word() -> None:
    printed = agreement_text(AGREEMENT)
    places = [printed.find(plain(clause)) for clause in VERBATIM]
    assert -1 not in places
    assert places == sorted(places)


def test_the_agreement_fills_in_parties_premiums_and_amounts_in_capitals() -> None:
    first = pages(agreement_pdf(AGREEMENT, at=AT))[0]
    for words in (
        f"协议编号{AGREEMENT.number}",
        f"甲方:{CUSTOMER}",
        f"乙方:{OPERATOR}",
        "18655108888AAAA12,000.001,000.0012389.00",
        "833.33末月833.37",
        "预存话费合计22,000.00元(人民币贰万贰仟元整)",
        "46.00元(人民币肆拾陆元整)",
    ):
        assert words in first


@pytest.mark.parametrize("kind", BusinessKind)
def test_one_of_six_business_kinds_is_ticked(kind: BusinessKind) -> None:
    terms = replace(AGREEMENT, business_kind=kind, business_terms="分12个月返还", first_month_mode=None)
    first = pages(agreement_pdf(terms, at=AT))[0]
    for other, name in BUSINESS_KIND_NAMES.items():
        assert ("□✓" if other is kind else "□") + name.zh in first
    assert first.count("✓") == 1
    assert "约定分12个月返还" in first


@pytest.mark.parametrize("mode", [*FirstMonthMode, None])
def test_at_most_one_first_month_box_is_ticked(mode: FirstMonthMode | None) -> None:
    first = pages(agreement_pdf(replace(AGREEMENT, first_month_mode=mode), at=AT))[0]
    words = {
        FirstMonthMode.OUT_OF_PLAN: "“套餐包外资费",
        FirstMonthMode.FULL_MONTH: "“全月套餐”",
        FirstMonthMode.HALF: "“套餐减半”",
    }
    for other, start in words.items():
        assert ("□✓" if other is mode else "□") + start in first


def test_clauses_that_do_not_apply_stay_in_the_form_marked_so() -> None:
    bare = replace(AGREEMENT, premiums=(), data_cap_gb=None, terminal_model="", unsupported_features=())
    printed = agreement_text(bare)
    assert "(一)靓号优惠政策:无" in printed
    assert "流量封顶额度(GB)时" in printed
    assert "型手机终端不支持甲方所选乙方3G套餐中的功能。(不适用)(该条涉及到终端办理)" in printed
    assert printed.count("(不适用)") == 2


def test_cap_term_and_originals_come_from_the_terms() -> None:
    terms = replace(AGREEMENT, data_cap_gb=15, term_years=3, originals=4, originals_per_side=2)
    printed = agreement_text(terms)
    assert "流量封顶额度(15GB)时" in printed
    assert "本协议有效期叁年" in printed
    assert "一式肆份,甲、乙双方各执贰份" in printed


def test_the_signature_page_holds_no_text_but_both_blocks() -> None:
    last = pages(agreement_pdf(AGREEMENT, at=AT))[-1]
    assert "(本页无正文)" in last
    for words in (
        "甲方:" + CUSTOMER,
        "乙方:" + OPERATOR,
        AGREEMENT.customer_address,
        AGREEMENT.operator_address,
    ):
        assert words in last
    for words in ("法人代表或授权代表(签字):", "盖章", "签署日期:年月日"):
        assert last.count(words) == 2
    assert "第四条" not in last


def test_an_attachment_lists_its_members_with_count_hash_and_both_signatures() -> None:
    printed = pages(attachment_pdf(attachment(62), at=AT))
    assert "附件:(号码及终端办理明细,双方经办人签字盖章确认)" in printed[0]
    assert all("序号姓名证件号码号码" in page for page in printed if "186551000" in page)
    assert all(SHA256 in page for page in printed)
    assert f"第1页共{len(printed)}页" in printed[0]
    whole = "".join(printed)
    for member in members(62):
        assert f"{member.number}{member.plan_name}" in whole
        assert member.imei in whole
    last = printed[-1]
    assert "以上号码共计陆拾贰户(62户)" in last
    for words in ("授权人(签字):", "盖章", "签署日期:年月日"):
        assert last.count(words) == 2


def test_an_attachment_of_thousands_of_rows_prints_and_repeats() -> None:
    started = time.perf_counter()
    pdf = attachment_pdf(attachment(5000), at=AT)
    elapsed = time.perf_counter() - started
    reader = PdfReader(io.BytesIO(pdf))
    print(f"5,000 rows: {len(reader.pages)} pages, {len(pdf):,} bytes, {elapsed:.1f} s")
    assert "序号姓名" in plain(reader.pages[len(reader.pages) // 2].extract_text())
    assert "以上号码共计伍仟户(5,000户)" in plain(reader.pages[-1].extract_text())
    assert SHA256 in plain(reader.pages[-1].extract_text())


def joined_in_volumes(pdf: bytes, rows: int) -> list[list[str]]:
    """The pages of each volume, after what its header and page numbers say of it has been checked."""
    count = -(-rows // VOLUME_ROWS)
    found: list[list[str]] = [[] for _ in range(count)]
    for page in pages(pdf):
        number, of = map(int, re.findall(r"第(\d+)册/共(\d+)册", page)[0])
        assert of == count
        found[number - 1].append(page)
    for volume in found:
        assert [re.findall(r"第(\d+)页共(\d+)页", page)[-1] for page in volume] == [
            (str(place), str(len(volume))) for place in range(1, len(volume) + 1)
        ]
    return found


def test_a_long_attachment_comes_in_volumes_with_its_count_and_signatures_on_the_last() -> None:
    rows = 2 * VOLUME_ROWS + 30
    volumes = joined_in_volumes(attachment_pdf(attachment(rows), at=AT), rows)
    whole = "".join(page for volume in volumes for page in volume)
    numbers = re.findall(r"186551\d{5}|186552\d{5}", whole)
    assert numbers == [f"186{55100000 + n}" for n in range(1, rows + 1)]
    for place, volume in enumerate(volumes):
        first, last = place * VOLUME_ROWS + 1, min(rows, (place + 1) * VOLUME_ROWS)
        assert f"序号{first:,}—{last:,}" in volume[0]
        assert all(SHA256 in page for page in volume)
        assert CUSTOMER in volume[0]
    for volume in volumes[:-1]:
        assert "授权人(签字):" not in "".join(volume)
        assert "户数合计及双方签字盖章见第3册" in volume[-1]
    assert "以上号码共计贰仟零叁拾户(2,030户)" in volumes[-1][-1]
    assert volumes[-1][-1].count("授权人(签字):") == 2


def test_an_attachment_that_fills_one_volume_speaks_of_none() -> None:
    printed = pages(attachment_pdf(attachment(VOLUME_ROWS), at=AT))
    assert not any("册" in page for page in printed)
    assert "以上号码共计壹仟户(1,000户)" in printed[-1]


def test_a_slip_of_thousands_is_signed_before_its_list_and_counted_after_it() -> None:
    rows = VOLUME_ROWS + 1
    volumes = joined_in_volumes(slip_pdf(slip(rows), at=AT), rows)
    assert "经办人(签字):" in volumes[0][0]
    assert "及所附号码明细(共壹仟零壹户)" in volumes[0][0]
    whole = "".join(page for volume in volumes for page in volume)
    assert whole.count("经办人(签字):") == whole.count("单位名称") == 1
    assert re.findall(r"186551\d{5}", whole.split("号码明细序号", 1)[-1])[-1] == f"186{55100000 + rows - 1}"
    assert whole.count("以上号码共计") == 1
    assert "以上号码共计壹仟零壹户" in volumes[-1][-1]


def test_a_slip_of_a_failed_order_says_why() -> None:
    failed = replace(slip(3), state="失败", completed_at=None, reasons=("号码已被占用", "未交清欠费"))
    printed = "".join(pages(slip_pdf(failed, at=AT)))
    assert "订单状态失败竣工时间—" in printed
    assert "未办理原因号码已被占用未交清欠费" in printed
    assert "未办理原因" not in "".join(pages(slip_pdf(slip(3), at=AT)))


def test_a_slip_states_item_handler_papers_fees_and_notices() -> None:
    printed = "".join(pages(slip_pdf(slip(3), at=AT)))
    for words in (
        "订单号DD-42",
        "受理业务新装(S01)",
        "受理时间2026年11月5日09:30",
        "生效时间立即生效",
        f"单位名称{CUSTOMER}",
        "受理网点合肥市分公司",
        "服务渠道自有营业厅",
        "竣工时间2026年11月5日09:30",
        "证件居民身份证340104********0012",
        "通信地址望江西路666号",
        "邮编230088",
        "单位委托证明(加盖公章)WT-1✓✓—",
        "卡费文号二50.00",
        "合计人民币伍拾元整50.00",
        "1.国际漫游开通后,三方通话业务自动关闭。",
        "经办人(签字):",
        "业务专用章",
        "以上号码共计叁户",
    ):
        assert words in printed


def test_a_long_list_of_numbers_follows_the_signed_page() -> None:
    printed = pages(slip_pdf(slip(120), at=AT))
    assert "经办人(签字):" in printed[0]
    assert "本人已核对以上内容及所附号码明细(共壹佰贰拾户)" in printed[0]
    assert "号码明细序号号码" in printed[1]
    assert all("序号号码使用人" in page for page in printed[1:])
    assert "以上号码共计壹佰贰拾户" in printed[-1]


def test_notices_stand_on_the_page_that_is_signed() -> None:
    for lines in (1, 6, 18, 30, 40):
        printed = pages(slip_pdf(slip(lines), at=AT))
        assert [("告知事项" in page) for page in printed] == [("经办人(签字):" in page) for page in printed]


def test_a_bill_sums_up_explains_and_taxes() -> None:
    printed = "".join(pages(bill_pdf(BILL, at=AT)))
    for words in (
        "2026年10月账单编号ZD-317",
        "账期2026年10月1日至2026年10月31日",
        "交费期限2026年11月25日",
        "人民币壹佰叁拾贰元伍角整¥132.50",
        "1月46.009%46.00",
        "数据流量1,234KB1500.00036%6.50",
        "小计52.50",
        "186551088881,000.0040.00960.009,000.00",
        "9%42.203.8046.00",
        "合计48.334.1752.50",
    ):
        assert words in printed


def test_charges_of_the_account_itself_are_not_called_a_number() -> None:
    own = replace(BILL, numbers=(replace(BILL.numbers[0], number=""),))
    printed = "".join(pages(bill_pdf(own, at=AT)))
    assert "账户费用费用项目" in printed
    assert "号码账户费用" not in printed


def test_a_receipt_states_the_amount_twice_and_what_it_met() -> None:
    printed = "".join(pages(receipt_pdf(RECEIPT, at=AT)))
    for words in (
        "收据编号SJ-9",
        f"交款单位{CUSTOMER}",
        "金额(大写)人民币壹仟肆佰零玖元伍角整¥1,409.50",
        "凭证流水8837461",
        "ZD-3172026年10月1,397.50",
        "转入预存款¥12.00",
        "收款后尚欠¥5.00",
        "业务专用章",
    ):
        assert words in printed


INVOICE = InvoicePrint(
    invoice_number="26340000000000000317",
    kind="增值税专用发票",
    seller_name=OPERATOR,
    buyer_name=CUSTOMER,
    buyer_tax_id="91340100MA00000076",
    document="R20261103-9",
    issued_at=AT,
    issued_by="张敏",
    amount=Decimal("1409.50"),
    taxes=(
        TaxPrint(Decimal(0), Decimal("12.00"), Decimal("0.00"), Decimal("12.00")),
        TaxPrint(Decimal("0.06"), Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
        TaxPrint(Decimal("0.09"), Decimal("1184.86"), Decimal("106.64"), Decimal("1291.50")),
    ),
)


def test_an_invoice_names_both_sides_and_its_tax_by_rate() -> None:
    printed = "".join(pages(invoice_pdf(INVOICE, at=AT)))
    for words in (
        "发票号码26340000000000000317",
        f"购买方名称{CUSTOMER}",
        "开票日期2026年11月5日",
        "购买方税号91340100MA00000076",
        "收据或账单R20261103-9",
        "预存通信费(未计税)不征税12.000.0012.00",
        "通信服务费6%100.006.00106.00",
        "通信服务费9%1,184.86106.641,291.50",
        "合计1,296.86112.641,409.50",
        "人民币壹仟肆佰零玖元伍角整¥1,409.50",
        "开票人:张敏",
        "非税务机关电子发票服务平台赋码",
    ):
        assert words in printed
    assert "红字" not in printed


def test_a_red_letter_invoice_says_what_it_takes_back() -> None:
    red = replace(
        INVOICE,
        invoice_number="26340000000000000318",
        buyer_tax_id="",
        amount=Decimal("-80.00"),
        taxes=(TaxPrint(Decimal(0), Decimal("-80.00"), Decimal("0.00"), Decimal("-80.00")),),
        red_of="26340000000000000317",
        reason="退预付款",
    )
    printed = "".join(pages(invoice_pdf(red, at=AT)))
    for words in (
        "红字发票,冲销发票号码26340000000000000317;原因:退预付款",
        "购买方税号—",
        "(负数)人民币捌拾元整",
        "-80.00",
    ):
        assert words in printed


def test_every_document_is_the_same_byte_for_byte() -> None:
    assert agreement_pdf(AGREEMENT, at=AT) == agreement_pdf(AGREEMENT, at=AT)
    assert attachment_pdf(attachment(300), at=AT) == attachment_pdf(attachment(300), at=AT)
    in_volumes = attachment(VOLUME_ROWS + 1)
    assert attachment_pdf(in_volumes, at=AT) == attachment_pdf(in_volumes, at=AT)
    assert slip_pdf(slip(3), at=AT) == slip_pdf(slip(3), at=AT)
    assert bill_pdf(BILL, at=AT) == bill_pdf(BILL, at=AT)
    assert invoice_pdf(INVOICE, at=AT) == invoice_pdf(INVOICE, at=AT)
