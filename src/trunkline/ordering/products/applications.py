"""Group applications of data: dial-in, messages, mobile work, positions."""

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

SECONDS = Text("秒", "s")

VPDN = ProductSpecification(
    code="vpdn",
    title=Text("VPDN业务", "VPDN"),
    family=Family.APPLICATION,
    letters="VPDN",
    characteristics=(
        text("realm", "域名", "Domain (realm)"),
        choice(
            "access_type",
            "接入类型",
            "Access type",
            ("3g", "3G", "3G"),
            ("pstn", "PSTN", "PSTN"),
            ("adsl", "ADSL", "ADSL"),
        ),
        text("lns_address", "LNS地址", "LNS address"),
        text("tunnel_secret", "隧道密钥保管编号", "Custody number of the tunnel secret"),
        choice(
            "aaa",
            "AAA认证",
            "AAA",
            ("operator", "联通认证", "By the operator"),
            ("customer", "客户认证", "By the customer"),
        ),
        text("ip_pool", "IP地址池", "IP pool"),
        flag("sim_binding", "绑定SIM卡", "Bound to the SIM"),
    ),
    workdays=10,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    records=Records(
        "accounts",
        Text("账号清单", "Accounts"),
        Text("账号{n}", "Account {n}"),
        (text("user", "账号", "Account"),),
        distinct=("user",),
    ),
    resources=Text("APN、域名", "APN, realm"),
)

INDUSTRY_SMS = ProductSpecification(
    code="industry_sms",
    title=Text("行业短信业务", "Industry SMS"),
    family=Family.APPLICATION,
    letters="SMS",
    characteristics=(
        Field("access_code", Text("接入码（106长号码）", "Access code (106…)"), FieldKind.NUMBER),
        Field("extension", Text("扩展码", "Extension"), FieldKind.INTEGER, required=False),
        text("signature", "短信签名", "Signature"),
        Field("template", Text("短信模板", "Template"), FieldKind.LONG_TEXT),
        choice(
            "list_kind",
            "名单方式",
            "List",
            ("white", "白名单", "White list"),
            ("black", "黑名单", "Black list"),
        ),
        number("volume", "月发送量", "Messages a month", 1, 999_999_999),
        number("peak_rate", "峰值速率", "Peak rate", 1, 10_000, unit=Text("条/秒", "a second")),
        choice(
            "direction",
            "收发方向",
            "Direction",
            ("mt", "下行", "MT"),
            ("both", "上下行", "MO and MT"),
        ),
        flag("consent", "已取得接收人同意", "Consent of the recipients", required=True, clause="REG-20"),
        text("content_audit", "内容审核编号", "Content audit"),
    ),
    workdays=10,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    resources=Text("接入码", "Access code"),
)

MOBILE_OFFICE = ProductSpecification(
    code="mobile_office",
    title=Text("移动办公类业务", "Mobile office"),
    family=Family.APPLICATION,
    letters="MOA",
    characteristics=(
        text("application", "应用名称", "Application"),
        number("seats", "用户数", "Seats", 1, 100_000),
        text("terminals", "终端型号", "Terminals"),
        choice("mdm", "终端管理（MDM）", "MDM", ("yes", "启用", "On"), ("no", "不启用", "Off")),
        text("backend_link", "后台接入方式", "Back-end link"),
    ),
    workdays=20,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    resources=Text("SIM卡、APN", "SIM cards, APN"),
)

LAW_ENFORCEMENT = ProductSpecification(
    code="mobile_enforcement",
    title=Text("移动执法类业务", "Mobile law enforcement"),
    family=Family.APPLICATION,
    letters="LAW",
    characteristics=(
        choice(
            "positions",
            "位置上报",
            "Positions",
            ("yes", "启用", "On"),
            ("no", "不启用", "Off"),
        ),
        text("vpdn", "VPDN域名", "VPDN"),
        text("evidence_store", "证据存储", "Evidence store"),
    ),
    workdays=20,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    records=Records(
        "terminals",
        Text("终端清单", "Terminals"),
        Text("终端{n}", "Terminal {n}"),
        (text("terminal", "终端编号", "Terminal"),),
        distinct=("terminal",),
    ),
    resources=Text("SIM卡、APN", "SIM cards, APN"),
)

POSITIONING = ProductSpecification(
    code="positioning",
    title=Text("定位导航类业务", "Positioning and navigation"),
    family=Family.APPLICATION,
    letters="GPS",
    characteristics=(
        number("interval", "定位间隔", "Interval", 5, 86_400, unit=SECONDS),
        text("geofence", "电子围栏", "Geofence"),
        flag("consent", "已取得被定位人同意", "Consent of the located", required=True),
    ),
    workdays=7,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    records=Records(
        "terminals",
        Text("终端清单", "Terminals"),
        Text("终端{n}", "Terminal {n}"),
        (
            text("terminal", "终端号码", "Terminal"),
            text("bearer", "人员或车辆", "Person or vehicle"),
        ),
        distinct=("terminal",),
    ),
    resources=Text("SIM卡", "SIM cards"),
)

PRODUCTS = (VPDN, INDUSTRY_SMS, MOBILE_OFFICE, LAW_ENFORCEMENT, POSITIONING)
