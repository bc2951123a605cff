"""System integration and video."""

from __future__ import annotations

from trunkline.catalog.types import TaxClass
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind, Records
from trunkline.ordering.products.specification import (
    DAYS,
    MEGABITS,
    MONTHS,
    SITE_FIELDS,
    Family,
    ProductSpecification,
    choice,
    number,
    text,
)

INTEGRATION = ProductSpecification(
    code="system_integration",
    title=Text("系统集成业务", "System integration"),
    family=Family.INTEGRATION,
    letters="ICT",
    characteristics=(
        text("project", "项目编号", "Project number"),
        Field("scope", Text("工作范围", "Scope"), FieldKind.LONG_TEXT),
        Field("goods_fee", Text("其中硬件价款（元）", "Of which hardware (yuan)"), FieldKind.MONEY),
        Field("subcontractors", Text("分包单位", "Subcontractors"), FieldKind.LONG_TEXT, required=False),
        number("margin", "毛利率", "Margin", -100, 100, unit=Text("%", "%")),
        text("acceptance", "验收标准", "Acceptance"),
        number("warranty", "质保期", "Warranty", 0, 120, unit=MONTHS),
        number("workdays", "项目工期", "Project plan", 1, 1000, unit=Text("工作日", "workdays")),
    ),
    workdays=60,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    records=Records(
        "materials",
        Text("物料清单", "Bill of materials"),
        Text("物料{n}", "Item {n}"),
        (
            text("item", "名称型号", "Item"),
            number("quantity", "数量", "Quantity", 1, 100_000),
            Field("price", Text("单价（元）", "Unit price (yuan)"), FieldKind.MONEY),
            text("milestone", "里程碑", "Milestone"),
        ),
    ),
    goods_part="goods_fee",
)

VIDEO_CONFERENCE = ProductSpecification(
    code="video_conference",
    title=Text("视频会议业务", "Video conference"),
    family=Family.INTEGRATION,
    letters="CONF",
    characteristics=(
        number("mcu_ports", "MCU端口数", "MCU ports", 1, 1000),
        number("parties", "最大会场数", "Most parties", 2, 1000),
        choice(
            "booking",
            "会议预约方式",
            "Booking",
            ("permanent", "常设会议", "Permanent"),
            ("on_demand", "按次预约", "On demand"),
        ),
        Field("terminal_rent", Text("终端月租（元）", "Terminal rent (yuan a month)"), FieldKind.MONEY),
    ),
    workdays=10,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    records=Records(
        "rooms",
        Text("会场清单", "Rooms"),
        Text("会场{n}", "Room {n}"),
        SITE_FIELDS,
        least=2,
        distinct=("site",),
    ),
    resources=Text("MCU端口", "MCU ports"),
)

SURVEILLANCE = ProductSpecification(
    code="video_surveillance",
    title=Text("视频监控类业务", "Video surveillance"),
    family=Family.INTEGRATION,
    letters="CAM",
    characteristics=(
        number("storage_days", "存储天数", "Storage", 1, 365, unit=DAYS),
        number("accounts", "平台账号数", "Platform accounts", 1, 10_000),
    ),
    workdays=20,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    records=Records(
        "cameras",
        Text("监控点清单", "Camera points"),
        Text("监控点{n}", "Camera {n}"),
        (
            text("site", "监控点名称", "Camera point"),
            text("address", "安装地址", "Address"),
            choice(
                "resolution",
                "分辨率",
                "Resolution",
                ("720p", "720P", "720p"),
                ("1080p", "1080P", "1080p"),
                ("4k", "4K", "4K"),
            ),
            number("bandwidth", "带宽", "Bandwidth", 1, 100, unit=MEGABITS),
        ),
        distinct=("site",),
    ),
    resources=Text("电路、存储", "Circuits, storage"),
)

PRODUCTS = (INTEGRATION, VIDEO_CONFERENCE, SURVEILLANCE)
