"""What is let: fibre, ducts, poles, equipment."""

from __future__ import annotations

from trunkline.catalog.types import TaxClass
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind, Records
from trunkline.ordering.products.specification import (
    METRES,
    MONTHS,
    Family,
    ProductSpecification,
    choice,
    number,
    text,
)

ROUTE = text("route", "路由", "Route")
LENGTH = number("length", "长度", "Length", 1, 5_000_000, unit=METRES)

FIBRE = ProductSpecification(
    code="fibre_lease",
    title=Text("光纤出租业务", "Fibre lease"),
    family=Family.LEASING,
    letters="FIB",
    characteristics=(
        number("cores", "纤芯数", "Cores", 1, 288),
        choice(
            "fibre_type",
            "光纤类型",
            "Fibre type",
            ("g652", "G.652", "G.652"),
            ("g655", "G.655", "G.655"),
            ("g657", "G.657", "G.657"),
        ),
        ROUTE,
        LENGTH,
        text("loss", "全程衰耗（dB）", "Loss (dB)"),
        text("odf_a", "A端ODF", "ODF at the A end"),
        text("odf_z", "Z端ODF", "ODF at the Z end"),
    ),
    workdays=20,
    tax_class=TaxClass.BASIC_TELECOM,
    resources=Text("纤芯", "Fibre cores"),
)

DUCT = ProductSpecification(
    code="duct_lease",
    title=Text("管道出租业务", "Duct lease"),
    family=Family.LEASING,
    letters="DUCT",
    characteristics=(
        ROUTE,
        number("holes", "管孔（子管）数", "Holes or sub-ducts", 1, 96),
        LENGTH,
        text("entry_points", "进出点", "Entry points"),
    ),
    workdays=20,
    tax_class=TaxClass.BASIC_TELECOM,
    resources=Text("管道", "Ducts"),
)

POLE = ProductSpecification(
    code="pole_lease",
    title=Text("杆路出租业务", "Pole line lease"),
    family=Family.LEASING,
    letters="POLE",
    characteristics=(
        text("section", "杆路段", "Pole section"),
        number("poles", "杆数", "Poles", 1, 10_000),
        number("height", "杆高", "Height", 5, 30, unit=METRES),
        text("safety", "安全条件", "Safety condition"),
    ),
    workdays=20,
    tax_class=TaxClass.BASIC_TELECOM,
    resources=Text("杆路", "Poles"),
)

EQUIPMENT = ProductSpecification(
    code="equipment_lease",
    title=Text("通信设备租用业务", "Communications equipment rental"),
    family=Family.LEASING,
    letters="EQP",
    characteristics=(
        number("rental_months", "租期", "Rental term", 1, 120, unit=MONTHS),
        Field("deposit", Text("押金（元）", "Deposit (yuan)"), FieldKind.MONEY),
        choice(
            "insurance",
            "保险",
            "Insurance",
            ("operator", "联通投保", "By the operator"),
            ("customer", "客户投保", "By the customer"),
            ("none", "不投保", "None"),
        ),
        text("return_condition", "归还条件", "Condition on return"),
    ),
    workdays=5,
    tax_class=TaxClass.GOODS,
    records=Records(
        "equipment",
        Text("设备清单", "Equipment"),
        Text("设备{n}", "Equipment {n}"),
        (
            text("model", "设备型号", "Model"),
            text("serial", "序列号", "Serial number"),
            number("quantity", "数量", "Quantity", 1, 10_000),
        ),
        distinct=("serial",),
    ),
    resources=Text("资产", "Assets"),
)

PRODUCTS = (FIBRE, DUCT, POLE, EQUIPMENT)
