"""Orders for the products of the standard's last page, written by hand from the domain and not from the declarations.

For each product: complete answers, and the name on the screen of every answer that it cannot do without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.numbers_400 import ORDINARY
from tests.world import World
from trunkline.ordering.types import OrderRequest, PaperKind, ShownPaper

PAPERS = (
    PaperKind.HANDLER_ID,
    PaperKind.AUTHORISATION,
    PaperKind.REGISTRATION_CERTIFICATE,
    PaperKind.NETWORK_AGREEMENT,
    PaperKind.SUB_USER_TABLE,
)

HEADER: Mapping[str, str] = {
    "contract": "HT-2026-018",
    "requested_on": "2026-12-01",
    "billing_rule": "acceptance",
    "term_months": "24",
    "one_time_fee": "5000.00",
    "monthly_fee": "3100.00",
    "sla": "aa",
}
#: Answers of the header that every product needs, with their names.
HEADER_NAMES = {
    "product": "产品",
    "contract": "合同编号",
    "requested_on": "要求开通日期",
    "billing_rule": "起租规则",
    "term_months": "合同期（月）",
    "one_time_fee": "一次性费用（元）",
    "monthly_fee": "月租费（元）",
    "sla": "保障等级",
}

_END = {
    "site": "总行营业部",
    "province": "安徽省",
    "city": "合肥市",
    "district": "庐阳区",
    "address": "长江中路200号",
    "room": "3层机房",
    "contact": "许志强",
    "phone": "13855101234",
    "interface": "G.703",
    "access": "fibre",
    "cpe_owner": "operator",
}
_END_NAMES = {
    "site": "客户站点名称",
    "province": "省",
    "city": "市",
    "district": "区县",
    "address": "标准地址",
    "room": "房间/楼层",
    "contact": "现场联系人",
    "phone": "联系电话",
    "interface": "接口类型",
    "access": "接入方式",
    "cpe_owner": "客户端设备归属",
}
_ENDS = {f"{end}.{name}": value for end in ("a_end", "z_end") for name, value in _END.items()}
_ENDS_NAMES = {
    f"{end}.{name}": f"{whose}：{words}"
    for end, whose in (("a_end", "A端"), ("z_end", "Z端"))
    for name, words in _END_NAMES.items()
}
_SITE = {"address": "长江中路200号", "contact": "许志强", "phone": "13855101234"}
_SITE_NAMES = {"site": "站点名称", "address": "标准地址", "contact": "现场联系人", "phone": "联系电话"}


@dataclass(frozen=True)
class Order:
    """A complete order for a product: its name in the standard, answers, and the names of those it needs."""

    title: str
    values: dict[str, str]
    names: dict[str, str]
    #: Records: the first part of their names, what one is called, their values, the names of those needed.
    records: str = ""
    singular: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    row_names: dict[str, str] = field(default_factory=dict)
    ends: bool = False

    def details(self) -> dict[str, str]:
        """Everything that is answered besides the header."""
        rows = {
            f"{self.records}.{n}.{name}": value
            for n, row in enumerate(self.rows, 1)
            for name, value in row.items()
        }
        return {**self.values, **(_ENDS if self.ends else {}), **rows}

    def needed(self) -> dict[str, str]:
        """Each answer that must be there, with its name: of every end and every record."""
        rows = {
            f"{self.records}.{n}.{name}": f"{self.singular}{n}：{words}"
            for n in range(1, len(self.rows) + 1)
            for name, words in self.row_names.items()
        }
        return {**HEADER_NAMES, **self.names, **(_ENDS_NAMES if self.ends else {}), **rows}


def _sites(*names: str, **more: str) -> list[dict[str, str]]:
    return [{"site": name, **_SITE, **more} for name in names]


def _numbers(count: int, *, short: bool) -> list[dict[str, str]]:
    return [
        {"number": f"1865510{n:04d}", **({"short_number": f"6{n:03d}"} if short else {})}
        for n in range(count)
    ]


ORDERS: dict[str, Order] = {
    "voice_frequency_circuit": Order(
        "音频电路业务",
        {
            "reach": "local",
            "wires": "4",
            "level": "-13/+4 dBm",
            "signalling": "em",
            "city_pair": "合肥—芜湖",
        },
        {
            "reach": "电路范围",
            "wires": "线制",
            "level": "电平",
            "signalling": "信令方式",
            "city_pair": "城市对",
        },
        ends=True,
    ),
    "sdh_circuit": Order(
        "SDH数字专线业务",
        {"reach": "local", "rate": "2m", "interface": "g703_75", "protection": "sncp", "framing": "framed"},
        {
            "reach": "电路范围",
            "rate": "速率",
            "interface": "业务接口",
            "protection": "保护方式",
            "framing": "成帧方式",
        },
        ends=True,
    ),
    "ethernet_line": Order(
        "以太网专线业务",
        {
            "reach": "province",
            "kind": "epl",
            "bandwidth": "100",
            "port_type": "fe_electrical",
            "vlan_mode": "transparent",
            "mtu": "1522",
            "symmetry": "symmetric",
            "protection": "none",
        },
        {
            "reach": "电路范围",
            "kind": "专线类型",
            "bandwidth": "带宽（Mbit/s）",
            "port_type": "端口类型",
            "vlan_mode": "VLAN方式",
            "mtu": "MTU",
            "symmetry": "上下行",
            "protection": "保护方式",
        },
        ends=True,
    ),
    "mpls_vpn": Order(
        "MPLS VPN业务",
        {
            "vpn_id": "BANK-01",
            "topology": "hub_spoke",
            "ce_pe_protocol": "bgp",
            "address_plan": "10.8.0.0/16",
            "cos": "金/银",
        },
        {
            "vpn_id": "VPN标识",
            "topology": "组网结构",
            "ce_pe_protocol": "CE-PE路由协议",
            "address_plan": "地址规划",
            "cos": "业务等级（CoS）",
        },
        "sites",
        "站点",
        _sites("总行", "城东支行", "城西支行", bandwidth="20"),
        {**_SITE_NAMES, "bandwidth": "带宽（Mbit/s）"},
    ),
    "internet_line": Order(
        "互联网专线",
        {
            "bandwidth_up": "50",
            "bandwidth_down": "100",
            "public_addresses": "4",
            "filing": "皖B2-20260001",
            "dns": "运营商DNS",
        },
        {
            "bandwidth_up": "上行带宽（Mbit/s）",
            "bandwidth_down": "下行带宽（Mbit/s）",
            "public_addresses": "公网IP数量",
            "filing": "备案号",
            "dns": "DNS",
        },
        "sites",
        "站点",
        _sites("总部"),
        _SITE_NAMES,
    ),
    "image_transmission": Order(
        "图像传输业务",
        {"resolution": "1080p", "codec": "h264", "circuit": "HF-ETH-0000009", "hours": "全天"},
        {"resolution": "分辨率", "codec": "编码方式", "circuit": "承载电路", "hours": "使用时间"},
        "points",
        "图像点",
        _sites("北门", "南门"),
        _SITE_NAMES,
    ),
    "fibre_lease": Order(
        "光纤出租业务",
        {
            "cores": "4",
            "fibre_type": "g652",
            "route": "长江路—徽州大道",
            "length": "12400",
            "loss": "4.2",
            "odf_a": "A局ODF 3-12",
            "odf_z": "B局ODF 1-07",
        },
        {
            "cores": "纤芯数",
            "fibre_type": "光纤类型",
            "route": "路由",
            "length": "长度（米）",
            "loss": "全程衰耗（dB）",
            "odf_a": "A端ODF",
            "odf_z": "Z端ODF",
        },
    ),
    "duct_lease": Order(
        "管道出租业务",
        {"route": "黄山路", "holes": "2", "length": "3200", "entry_points": "1号井、19号井"},
        {"route": "路由", "holes": "管孔（子管）数", "length": "长度（米）", "entry_points": "进出点"},
    ),
    "pole_lease": Order(
        "杆路出租业务",
        {"section": "肥东—撮镇", "poles": "86", "height": "8", "safety": "与电力线间距合格"},
        {"section": "杆路段", "poles": "杆数", "height": "杆高（米）", "safety": "安全条件"},
    ),
    "equipment_lease": Order(
        "通信设备租用业务",
        {
            "rental_months": "24",
            "deposit": "2000.00",
            "insurance": "operator",
            "return_condition": "正常磨损",
        },
        {
            "rental_months": "租期（月）",
            "deposit": "押金（元）",
            "insurance": "保险",
            "return_condition": "归还条件",
        },
        "equipment",
        "设备",
        [{"model": "AR2220", "serial": "SN10086", "quantity": "1"}],
        {"model": "设备型号", "serial": "序列号", "quantity": "数量"},
    ),
    "system_integration": Order(
        "系统集成业务",
        {
            "project": "ICT-2026-07",
            "scope": "网点视频联网改造",
            "goods_fee": "3000.00",
            "margin": "18",
            "acceptance": "双方终验",
            "warranty": "12",
            "workdays": "45",
        },
        {
            "project": "项目编号",
            "scope": "工作范围",
            "goods_fee": "其中硬件价款（元）",
            "margin": "毛利率（%）",
            "acceptance": "验收标准",
            "warranty": "质保期（月）",
            "workdays": "项目工期（工作日）",
        },
        "materials",
        "物料",
        [{"item": "核心交换机", "quantity": "2", "price": "1500.00", "milestone": "到货"}],
        {"item": "名称型号", "quantity": "数量", "price": "单价（元）", "milestone": "里程碑"},
    ),
    "video_conference": Order(
        "视频会议业务",
        {"mcu_ports": "12", "parties": "10", "booking": "on_demand", "terminal_rent": "300.00"},
        {
            "mcu_ports": "MCU端口数",
            "parties": "最大会场数",
            "booking": "会议预约方式",
            "terminal_rent": "终端月租（元）",
        },
        "rooms",
        "会场",
        _sites("主会场", "分会场"),
        _SITE_NAMES,
    ),
    "video_surveillance": Order(
        "视频监控类业务",
        {"storage_days": "30", "accounts": "5"},
        {"storage_days": "存储天数（天）", "accounts": "平台账号数"},
        "cameras",
        "监控点",
        [{"site": "金库", "address": "长江中路200号", "resolution": "1080p", "bandwidth": "4"}],
        {"site": "监控点名称", "address": "安装地址", "resolution": "分辨率", "bandwidth": "带宽（Mbit/s）"},
    ),
    "basic_2g": Order(
        "2G基础产品业务",
        {"plan": "如意通"},
        {"plan": "套餐"},
        "members",
        "号码",
        [{"number": "18655100011", "sim": "8986011234500000011"}],
        {"number": "号码", "sim": "SIM卡号"},
    ),
    "ivpn": Order(
        "IVPN业务",
        {"group_id": "G-551-01", "short_digits": "4", "screening": "none", "payer": "company"},
        {
            "group_id": "集团标识",
            "short_digits": "短号位数",
            "screening": "网内外呼叫限制",
            "payer": "付费方式",
        },
        "members",
        "成员",
        _numbers(10, short=True),
        {"number": "号码", "short_number": "短号"},
    ),
    "vpdn": Order(
        "VPDN业务",
        {
            "realm": "bank.vpdn.ah",
            "access_type": "3g",
            "lns_address": "10.1.1.1",
            "tunnel_secret": "MY-2026-3",
            "aaa": "customer",
            "ip_pool": "10.2.0.0/24",
        },
        {
            "realm": "域名",
            "access_type": "接入类型",
            "lns_address": "LNS地址",
            "tunnel_secret": "隧道密钥保管编号",
            "aaa": "AAA认证",
            "ip_pool": "IP地址池",
        },
        "accounts",
        "账号",
        [{"user": "atm001"}],
        {"user": "账号"},
    ),
    "switchboard": Order(
        "商务总机业务",
        {
            "pilot_number": "055165550000",
            "purpose": "客户服务热线接听",
            "ivr": "三级菜单",
            "seats": "4",
            "night_service": "语音留言",
            "call_limits": "禁止国际长途",
        },
        {
            "pilot_number": "总机号码",
            "purpose": "使用用途",
            "ivr": "IVR语音导航",
            "seats": "人工座席数",
            "night_service": "夜间服务",
            "call_limits": "呼叫限制",
        },
        "extensions",
        "分机",
        _numbers(2, short=True),
        {"number": "号码", "short_number": "短号"},
    ),
    "service_400": Order(
        "4006业务",
        {
            "number": ORDINARY,
            "purpose": "客户服务热线",
            "routing": "share",
            "minimum_consumption": "100.00",
        },
        {
            "number": "400号码",
            "purpose": "使用用途",
            "routing": "接续方式",
            "minimum_consumption": "月最低消费（元）",
        },
        "answers",
        "接听号码",
        [
            {"number": "055165550001", "proof": "固话证明2026-1", "share": "60"},
            {"number": "055165550002", "proof": "固话证明2026-2", "share": "40"},
        ],
        {"number": "号码"},
    ),
    "ring_back_tone": Order(
        "集团炫铃业务",
        {"content": "欢迎致电示范银行", "time_rules": "全天", "content_approval": "SH-2026-11"},
        {"content": "铃音内容", "time_rules": "播放时段规则", "content_approval": "内容审核编号"},
        "members",
        "成员",
        _numbers(1, short=False),
        {"number": "号码"},
    ),
    "industry_sms": Order(
        "行业短信业务",
        {
            "access_code": "10655100001",
            "signature": "示范银行",
            "template": "您尾号{n}的账户到账{m}元",
            "list_kind": "white",
            "volume": "200000",
            "peak_rate": "100",
            "direction": "mt",
            "consent": "yes",
            "content_audit": "SH-2026-12",
        },
        {
            "access_code": "接入码（106长号码）",
            "signature": "短信签名",
            "template": "短信模板",
            "list_kind": "名单方式",
            "volume": "月发送量",
            "peak_rate": "峰值速率（条/秒）",
            "direction": "收发方向",
            "consent": "已取得接收人同意",
            "content_audit": "内容审核编号",
        },
    ),
    "mobile_office": Order(
        "移动办公类业务",
        {
            "application": "移动审批",
            "seats": "120",
            "terminals": "定制手机",
            "mdm": "yes",
            "backend_link": "VPDN",
        },
        {
            "application": "应用名称",
            "seats": "用户数",
            "terminals": "终端型号",
            "mdm": "终端管理（MDM）",
            "backend_link": "后台接入方式",
        },
    ),
    "mobile_enforcement": Order(
        "移动执法类业务",
        {"positions": "yes", "vpdn": "law.vpdn.ah", "evidence_store": "专用存储"},
        {"positions": "位置上报", "vpdn": "VPDN域名", "evidence_store": "证据存储"},
        "terminals",
        "终端",
        [{"terminal": "ZF-001"}],
        {"terminal": "终端编号"},
    ),
    "positioning": Order(
        "定位导航类业务",
        {"interval": "30", "geofence": "合肥市区", "consent": "yes"},
        {"interval": "定位间隔（秒）", "geofence": "电子围栏", "consent": "已取得被定位人同意"},
        "terminals",
        "终端",
        [{"terminal": "18655100021", "bearer": "皖A12345"}],
        {"terminal": "终端号码", "bearer": "人员或车辆"},
    ),
}


def product_order(world: World, code: str = "sdh_circuit", **details: Any) -> OrderRequest:
    """A complete application for a product; what is None in `details` is left out."""
    bank = world.organizations["HF"][0]
    given = {"product": code, **HEADER, **ORDERS[code].details(), **details}
    return OrderRequest(
        item_code="product_installation",
        organization_id=bank,
        handler_id=world.handlers[bank],
        papers=tuple(ShownPaper(kind, f"N-{kind}", True, True, True) for kind in PAPERS),
        details={name: value for name, value in given.items() if value is not None},
    )
