"""Circuits and leased lines: two ends, or sites."""

from __future__ import annotations

from trunkline.catalog.types import TaxClass
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Records
from trunkline.ordering.products.specification import (
    MEGABITS,
    REACH,
    SITE_FIELDS,
    Family,
    ProductSpecification,
    choice,
    flag,
    number,
    text,
)

PROTECTION = choice(
    "protection",
    "保护方式",
    "Protection",
    ("none", "无保护", "None"),
    ("sncp", "SNCP", "SNCP"),
    ("msp", "MSP", "MSP"),
)

VOICE_FREQUENCY = ProductSpecification(
    code="voice_frequency_circuit",
    title=Text("音频电路业务", "Voice-frequency circuit"),
    family=Family.CIRCUIT,
    letters="VF",
    characteristics=(
        REACH,
        choice("wires", "线制", "Wires", ("2", "二线", "2-wire"), ("4", "四线", "4-wire")),
        text("level", "电平", "Level"),
        choice(
            "signalling",
            "信令方式",
            "Signalling",
            ("none", "无信令", "None"),
            ("em", "E&M", "E&M"),
            ("loop", "环路", "Loop"),
            ("ringdown", "振铃", "Ring-down"),
        ),
        text("city_pair", "城市对", "City pair"),
    ),
    workdays=15,
    tax_class=TaxClass.BASIC_TELECOM,
    ends=True,
    resources=Text("线对或64k时隙", "Pairs or 64k slots"),
)

SDH = ProductSpecification(
    code="sdh_circuit",
    title=Text("SDH数字专线业务", "SDH digital leased line"),
    family=Family.CIRCUIT,
    letters="SDH",
    characteristics=(
        REACH,
        choice(
            "rate",
            "速率",
            "Rate",
            ("2m", "2M（E1）", "2M (E1)"),
            ("n2m", "N×2M", "N×2M"),
            ("34m", "34M", "34M"),
            ("45m", "45M", "45M"),
            ("155m", "155M（STM-1）", "155M (STM-1)"),
            ("622m", "622M", "622M"),
            ("2g5", "2.5G", "2.5G"),
        ),
        number("channels", "2M数量", "Number of 2M channels", 1, 63, required=False),
        choice(
            "interface",
            "业务接口",
            "Interface",
            ("g703_75", "G.703 75Ω", "G.703 75 Ω"),
            ("g703_120", "G.703 120Ω", "G.703 120 Ω"),
            ("v35", "V.35（经转换器）", "V.35 by converter"),
            ("optical", "光接口", "Optical"),
        ),
        PROTECTION,
        choice(
            "framing",
            "成帧方式",
            "Framing",
            ("framed", "成帧", "Framed"),
            ("unframed", "非成帧", "Unframed"),
        ),
    ),
    workdays=15,
    tax_class=TaxClass.BASIC_TELECOM,
    ends=True,
    resources=Text("时隙、端口、DDF/ODF", "Slots, ports, DDF/ODF"),
)

ETHERNET = ProductSpecification(
    code="ethernet_line",
    title=Text("以太网专线业务", "Ethernet leased line"),
    family=Family.CIRCUIT,
    letters="ETH",
    characteristics=(
        REACH,
        choice(
            "kind",
            "专线类型",
            "Kind",
            ("epl", "EPL", "EPL"),
            ("evpl", "EVPL", "EVPL"),
            ("mstp", "MSTP", "MSTP"),
        ),
        number("bandwidth", "带宽", "Bandwidth", 2, 1000, unit=MEGABITS),
        choice(
            "port_type",
            "端口类型",
            "Port type",
            ("fe_electrical", "FE电口", "FE, electrical"),
            ("fe_optical", "FE光口", "FE, optical"),
            ("ge_electrical", "GE电口", "GE, electrical"),
            ("ge_optical", "GE光口", "GE, optical"),
        ),
        choice(
            "vlan_mode",
            "VLAN方式",
            "VLAN mode",
            ("transparent", "透传", "Transparent"),
            ("tagged", "带标签", "Tagged"),
            ("untagged", "不带标签", "Untagged"),
        ),
        number("mtu", "MTU", "MTU", 1500, 9600),
        choice(
            "symmetry",
            "上下行",
            "Symmetry",
            ("symmetric", "对称", "Symmetric"),
            ("asymmetric", "不对称", "Asymmetric"),
        ),
        PROTECTION,
    ),
    workdays=15,
    tax_class=TaxClass.BASIC_TELECOM,
    ends=True,
    resources=Text("端口、VLAN", "Ports, VLANs"),
)

MPLS_VPN = ProductSpecification(
    code="mpls_vpn",
    title=Text("MPLS VPN业务", "MPLS VPN"),
    family=Family.CIRCUIT,
    letters="VPN",
    characteristics=(
        text("vpn_id", "VPN标识", "VPN id"),
        choice(
            "topology",
            "组网结构",
            "Topology",
            ("full_mesh", "全网状", "Full mesh"),
            ("hub_spoke", "星型（中心-分支）", "Hub and spoke"),
        ),
        choice(
            "ce_pe_protocol",
            "CE-PE路由协议",
            "CE-PE protocol",
            ("static", "静态路由", "Static"),
            ("bgp", "BGP", "BGP"),
            ("ospf", "OSPF", "OSPF"),
        ),
        text("address_plan", "地址规划", "Address plan"),
        text("cos", "业务等级（CoS）", "Classes of service"),
        text("rd", "RD", "RD", required=False),
        text("rt", "RT", "RT", required=False),
    ),
    workdays=20,
    tax_class=TaxClass.BASIC_TELECOM,
    records=Records(
        "sites",
        Text("站点清单", "Sites"),
        Text("站点{n}", "Site {n}"),
        (
            *SITE_FIELDS,
            number("bandwidth", "带宽", "Bandwidth", 2, 10000, unit=MEGABITS),
            choice(
                "role",
                "角色",
                "Role",
                ("hub", "中心", "Hub"),
                ("spoke", "分支", "Spoke"),
                required=False,
            ),
            number("vlan", "VLAN", "VLAN", 1, 4094, required=False),
        ),
        least=2,
        distinct=("site",),
    ),
    resources=Text("PE端口、VRF", "PE ports, VRF"),
)

INTERNET = ProductSpecification(
    code="internet_line",
    title=Text("互联网专线", "Internet leased line"),
    family=Family.CIRCUIT,
    letters="NET",
    characteristics=(
        number("bandwidth_up", "上行带宽", "Bandwidth up", 1, 10000, unit=MEGABITS),
        number("bandwidth_down", "下行带宽", "Bandwidth down", 1, 10000, unit=MEGABITS),
        number("public_addresses", "公网IP数量", "Public addresses", 1, 256),
        text("filing", "备案号", "Filing number"),
        text("dns", "DNS", "DNS"),
    ),
    workdays=15,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    records=Records(
        "sites", Text("接入站点", "Sites"), Text("站点{n}", "Site {n}"), SITE_FIELDS, distinct=("site",)
    ),
    resources=Text("端口、IP地址", "Port, addresses"),
    clause="篇3",
)

IMAGE_TRANSMISSION = ProductSpecification(
    code="image_transmission",
    title=Text("图像传输业务", "Image transmission"),
    family=Family.CIRCUIT,
    letters="IMG",
    characteristics=(
        choice(
            "resolution",
            "分辨率",
            "Resolution",
            ("cif", "CIF", "CIF"),
            ("d1", "D1", "D1"),
            ("720p", "720P", "720p"),
            ("1080p", "1080P", "1080p"),
        ),
        choice(
            "codec",
            "编码方式",
            "Codec",
            ("h264", "H.264", "H.264"),
            ("h265", "H.265", "H.265"),
            ("mpeg2", "MPEG-2", "MPEG-2"),
        ),
        text("circuit", "承载电路", "Circuit"),
        text("hours", "使用时间", "Hours"),
        flag("recording", "中心录像", "Recording at the centre"),
    ),
    workdays=10,
    tax_class=TaxClass.VALUE_ADDED_TELECOM,
    records=Records(
        "points",
        Text("图像点清单", "Points"),
        Text("图像点{n}", "Point {n}"),
        SITE_FIELDS,
        least=2,
        distinct=("site",),
    ),
    resources=Text("电路", "Circuit"),
)

PRODUCTS = (VOICE_FREQUENCY, SDH, ETHERNET, MPLS_VPN, INTERNET, IMAGE_TRANSMISSION)
