"""Group applications of voice: basic 2G, voice VPN, switchboard, ring tones."""

from __future__ import annotations

from trunkline.catalog.types import TaxClass
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind, Records
from trunkline.ordering.products.specification import (
    Family,
    ProductSpecification,
    choice,
    flag,
    number,
    text,
)

NUMBER = Field("number", Text("号码", "Number"), FieldKind.NUMBER)
SHORT_NUMBER = Field("short_number", Text("短号", "Short number"), FieldKind.NUMBER)

BASIC_2G = ProductSpecification(
    code="basic_2g",
    title=Text("2G基础产品业务", "Basic 2G product"),
    family=Family.APPLICATION,
    letters="2G",
    characteristics=(text("plan", "套餐", "Plan"),),
    workdays=1,
    tax_class=TaxClass.BASIC_TELECOM,
    records=Records(
        "members",
        Text("号码清单", "Numbers"),
        Text("号码{n}", "Number {n}"),
        (
            NUMBER,
            text("sim", "SIM卡号", "SIM"),
            flag("caller_id", "来电显示", "CLIP"),
            flag("forwarding", "呼叫转移", "CFU"),
            flag("roaming", "漫游", "Roaming"),
            flag("sms", "短信", "SMS"),
        ),
        distinct=("number", "sim"),
    ),
    resources=Text("号码、SIM卡", "Numbers, SIM cards"),
)

IVPN = ProductSpecification(
    code="ivpn",
    title=Text("IVPN业务", "IVPN (voice VPN)"),
    family=Family.APPLICATION,
    letters="IVPN",
    characteristics=(
        text("group_id", "集团标识", "Group id"),
        number("short_digits", "短号位数", "Digits of short numbers", 3, 6),
        choice(
            "screening",
            "网内外呼叫限制",
            "Screening",
            ("none", "不限制", "None"),
            ("on_net", "仅限网内", "On-net only"),
            ("list", "按名单", "By list"),
        ),
        choice(
            "payer",
            "付费方式",
            "Payer",
            ("personal", "个人付费", "Personal"),
            ("company", "单位付费", "Company"),
        ),
        flag("closed_group", "闭合用户群", "Closed group"),
        Field("prefix", Text("出群字冠", "Dialling prefix"), required=False),
    ),
    workdays=3,
    tax_class=TaxClass.BASIC_TELECOM,
    records=Records(
        "members",
        Text("成员清单", "Members"),
        Text("成员{n}", "Member {n}"),
        (NUMBER, SHORT_NUMBER),
        least=10,
        distinct=("number", "short_number"),
    ),
    resources=Text("短号", "Short numbers"),
)

SWITCHBOARD = ProductSpecification(
    code="switchboard",
    title=Text("商务总机业务", "Business switchboard"),
    family=Family.APPLICATION,
    letters="PBX",
    characteristics=(
        Field("pilot_number", Text("总机号码", "Pilot number"), FieldKind.NUMBER),
        Field("purpose", Text("使用用途", "Purpose"), FieldKind.LONG_TEXT, clause="REG-16"),
        text("ivr", "IVR语音导航", "IVR"),
        number("seats", "人工座席数", "Operator seats", 0, 1000),
        text("night_service", "夜间服务", "Night service"),
        text("call_limits", "呼叫限制", "Call limits"),
    ),
    workdays=7,
    tax_class=TaxClass.BASIC_TELECOM,
    records=Records(
        "extensions",
        Text("分机清单", "Extensions"),
        Text("分机{n}", "Extension {n}"),
        (NUMBER, SHORT_NUMBER),
        distinct=("number", "short_number"),
    ),
    resources=Text("号码、座席", "Number, seats"),
    key_service=True,
)

RING_TONE = ProductSpecification(
    code="ring_back_tone",
    title=Text("集团炫铃业务", "Group ring-back tone"),
    family=Family.APPLICATION,
    letters="RBT",
    characteristics=(
        text("content", "铃音内容", "Content"),
        text("time_rules", "播放时段规则", "Time rules"),
        text("content_approval", "内容审核编号", "Approval of the content"),
        flag("company_pays", "单位付费", "The company pays"),
    ),
    workdays=3,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    records=Records(
        "members",
        Text("成员清单", "Members"),
        Text("成员{n}", "Member {n}"),
        (NUMBER,),
        distinct=("number",),
    ),
    resources=Text("内容编号", "Content id"),
)

SERVICE_400 = ProductSpecification(
    code="service_400",
    title=Text("4006业务", "400 service"),
    family=Family.APPLICATION,
    letters="S400",
    characteristics=(
        Field("number", Text("400号码", "400 number"), FieldKind.NUMBER, clause="REG-22"),
        Field("purpose", Text("使用用途", "Purpose"), FieldKind.LONG_TEXT, clause="REG-16"),
        choice(
            "routing",
            "接续方式",
            "Routing",
            ("busy", "顺序接续，遇忙或无应答转下一个", "In order, the next when busy or not answered"),
            ("hours", "按时段", "By hours"),
            ("area", "按主叫地区", "By the caller's area"),
            ("share", "按比例", "By shares"),
        ),
        text("ivr", "IVR语音导航", "IVR", required=False),
        text("ring_tone", "企业彩铃", "Ring-back tone", required=False),
        Field(
            "minimum_consumption",
            Text("月最低消费（元）", "Monthly minimum (yuan)"),
            FieldKind.MONEY,
            clause="REG-23",
        ),
    ),
    workdays=3,
    tax_class=TaxClass.BASIC_TELECOM,
    records=Records(
        "answers",
        Text("接听号码清单", "Answer numbers"),
        Text("接听号码{n}", "Answer number {n}"),
        (
            NUMBER,
            text("proof", "号码归属证明编号", "Proof of ownership", required=False),
            text("hours", "接听时段", "Hours", required=False),
            text("area", "主叫地区", "Caller's area", required=False),
            number("share", "分配比例（%）", "Share (%)", 1, 100, required=False),
        ),
        most=200,
        distinct=("number",),
    ),
    resources=Text("400号码", "400 number"),
    key_service=True,
    takes_400_number=True,
    clause="REG-23",
)

PRODUCTS = (BASIC_2G, IVPN, SWITCHBOARD, SERVICE_400, RING_TONE)
