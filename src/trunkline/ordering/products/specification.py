"""What a product of the standard's last page is made of (SID ProductSpecification, S99-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trunkline.catalog.types import TaxClass
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Choices, Field, FieldKind, Records, prefixed


class Family(StrEnum):
    """The four families of the last page."""

    CIRCUIT = "circuit"
    LEASING = "leasing"
    INTEGRATION = "integration"
    APPLICATION = "application"


FAMILY_NAMES = {
    Family.CIRCUIT: Text("电路与专线", "Circuits"),
    Family.LEASING: Text("出租业务", "Leasing"),
    Family.INTEGRATION: Text("集成与视讯", "Integration and video"),
    Family.APPLICATION: Text("集团应用", "Group applications"),
}

#: The two ends of a circuit, by the first part of their fields' names.
ENDS = {"a_end": Text("A端", "A end"), "z_end": Text("Z端", "Z end")}

#: How far a circuit reaches decides how long opening it may take (domain 4.3).
REACH = Field(
    "reach",
    Text("电路范围", "Reach"),
    FieldKind.CHOICE,
    (
        ("local", Text("本地", "Local")),
        ("province", Text("省内", "Within the province")),
        ("national", Text("省际", "Between provinces")),
    ),
)
WORKDAYS_BY_REACH = {"local": 7, "province": 10, "national": 15}


def text(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    """A characteristic that is written."""
    return Field(name, Text(zh, en), required=required)


def number(
    name: str,
    zh: str,
    en: str,
    least: int,
    most: int,
    *,
    unit: Text | None = None,
    required: bool = True,
) -> Field:
    """A characteristic that is counted."""
    label = Text(f"{zh}（{unit.zh}）", f"{en} ({unit.en})") if unit else Text(zh, en)
    return Field(name, label, FieldKind.INTEGER, required=required, least=least, most=most, unit=unit)


def choice(name: str, zh: str, en: str, *choices: tuple[str, str, str], required: bool = True) -> Field:
    """A characteristic that is chosen: code, Chinese, English."""
    options: Choices = tuple((code, Text(words, words_en)) for code, words, words_en in choices)
    return Field(name, Text(zh, en), FieldKind.CHOICE, options, required=required)


def flag(name: str, zh: str, en: str, *, required: bool = False, clause: str = "") -> Field:
    """A characteristic that is there or not; one that is required must be there."""
    return Field(name, Text(zh, en), FieldKind.FLAG, required=required, clause=clause)


METRES, MEGABITS, MONTHS, DAYS = (
    Text("米", "m"),
    Text("Mbit/s", "Mbit/s"),
    Text("月", "months"),
    Text("天", "days"),
)

CPE_OWNER = choice(
    "cpe_owner",
    "客户端设备归属",
    "CPE owner",
    ("operator", "联通提供", "Operator"),
    ("customer", "客户自备", "Customer"),
)
ACCESS = choice(
    "access",
    "接入方式",
    "Access method",
    ("fibre", "光纤", "Fibre"),
    ("copper", "铜缆", "Copper"),
    ("radio", "无线", "Radio"),
)

#: What is asked of each end of a circuit (domain 5, the common circuit part).
END_FIELDS = (
    text("site", "客户站点名称", "Site"),
    text("province", "省", "Province"),
    text("city", "市", "City"),
    text("district", "区县", "District"),
    text("address", "标准地址", "Standard address"),
    text("room", "房间/楼层", "Room or floor"),
    text("contact", "现场联系人", "Contact"),
    Field("phone", Text("联系电话", "Phone"), FieldKind.NUMBER),
    text("room_conditions", "机房条件", "Equipment room conditions", required=False),
    choice(
        "power",
        "供电",
        "Power",
        ("ac220", "交流220V", "AC 220 V"),
        ("dc48", "直流-48V", "DC -48 V"),
        required=False,
    ),
    text("interface", "接口类型", "Interface"),
    text("connector", "接头类型", "Connector", required=False),
    number("vlan", "VLAN", "VLAN", 1, 4094, required=False),
    ACCESS,
    text("last_mile", "末端资源编号", "Last-mile resource id", required=False),
    CPE_OWNER,
)

#: What is asked of each site, whatever else a product wants to know there.
SITE_FIELDS = (
    text("site", "站点名称", "Site"),
    text("address", "标准地址", "Standard address"),
    text("contact", "现场联系人", "Contact"),
    Field("phone", Text("联系电话", "Phone"), FieldKind.NUMBER),
)


@dataclass(frozen=True, slots=True)
class ProductSpecification:
    """产品规格: what an order for the product must say, and how long bringing it into service may take.

    `title` is the name as the standard writes it. `workdays` are those with resources ready; of products with
    `REACH` they follow from it, of a project from its plan. `goods_part` names the characteristic that says how
    much of the one-time fee is for goods, taxed apart (domain 4.6). `key_service` is what REG-16 protects. With
    `takes_400_number` the characteristic ``number`` is one of the inventory, answered by the records' ``number``s.
    """

    code: str
    title: Text
    family: Family
    #: Begins its circuit numbers.
    letters: str
    characteristics: tuple[Field, ...]
    workdays: int
    tax_class: TaxClass
    ends: bool = False
    records: Records | None = None
    resources: Text | None = None
    goods_part: str = ""
    key_service: bool = False
    takes_400_number: bool = False
    clause: str = "S99-1"

    def place_fields(self) -> Mapping[str, tuple[Field, ...]]:
        """The fields of each end, by its name."""
        if not self.ends:
            return {}
        return {
            end: tuple(prefixed(field, f"{end}.", whose) for field in END_FIELDS)
            for end, whose in ENDS.items()
        }

    def asked_once(self) -> tuple[Field, ...]:
        """The characteristics, and the fields of the ends."""
        ends = (field for fields in self.place_fields().values() for field in fields)
        return (*self.characteristics, *ends)

    def asked(self, values: Mapping[str, Any]) -> tuple[Field, ...]:
        """Everything an order for the product must say, given how many records it has."""
        return (*self.asked_once(), *(self.records.asked(values) if self.records else ()))

    def days(self, values: Mapping[str, str]) -> int:
        """Workdays from acceptance to service (domain 4.3, 5)."""
        if "workdays" in values:
            return int(values["workdays"])
        return WORKDAYS_BY_REACH.get(values.get("reach", ""), self.workdays)
