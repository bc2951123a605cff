"""The organisations of the demo province and what they have agreed. Every name is invented."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from trunkline.agreements.types import BusinessKind
from trunkline.catalog.types import FirstMonthMode
from trunkline.party.types import CustomerClass, Industry, NeedLevel, PaymentMethod, Segment

_GOV, _ENT = CustomerClass.GOVERNMENT, CustomerClass.ENTERPRISE
_VOICE, _NET, _FULL = NeedLevel.VOICE, NeedLevel.NETWORK, NeedLevel.FULL_SERVICE


class Reached(StrEnum):
    """How far an agreement has come when the demo ends."""

    DRAFT = "draft"
    REVIEW = "review"
    PRINTED = "printed"
    SIGNED_BY_CUSTOMER = "signed_a"
    SIGNED_BY_OPERATOR = "signed_b"
    EFFECTIVE = "effective"
    CONNECTED = "connected"
    #: Connected, but the order for the last members failed at the counter and waits for somebody.
    FAILED_ORDER = "failed_order"


@dataclass(frozen=True, slots=True)
class Batch:
    """Members who join on one day: an attachment and an order."""

    day: date
    members: int
    modes: tuple[FirstMonthMode, ...] = (FirstMonthMode.FULL_MONTH,)
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """A framework agreement; `premiums` names grades, one for each premium number."""

    plan: str
    reached: Reached = Reached.CONNECTED
    batches: tuple[Batch, ...] = ()
    kind: BusinessKind = BusinessKind.STANDARD_PLAN
    years: int = 2
    premiums: tuple[str, ...] = ()
    terminal: str = ""
    unsupported: tuple[str, ...] = ()
    drafted_on: date = date(2026, 10, 20)


@dataclass(frozen=True, slots=True)
class Customer:
    """An organisation of the demo. Without a licence it is provisional (S01-G1)."""

    branch: str
    name: str
    customer_class: CustomerClass
    segment: Segment
    industry: Industry
    need: NeedLevel
    street: str
    contracts: tuple[Contract, ...] = ()
    licensed: bool = True
    local_handler: bool = True
    payment: PaymentMethod = PaymentMethod.TRANSFER
    #: Months of bills that are paid: August, September.
    pays: tuple[int, ...] = (8, 9)


_OUT, _FULL_MONTH, _HALF = FirstMonthMode.OUT_OF_PLAN, FirstMonthMode.FULL_MONTH, FirstMonthMode.HALF
_ALL = (_FULL_MONTH, _HALF, _OUT)


def _joined(month: int, day: int, members: int, *modes: FirstMonthMode, plans: tuple[str, ...] = ()) -> Batch:
    """Whoever joins in July pays no rent in July: the demo's books begin with August."""
    chosen = (_OUT,) if month == 7 else modes or (_FULL_MONTH,)
    return Batch(date(2026, month, day), members, chosen, plans)


_L, _S = Segment.LARGE, Segment.SME

HEFEI = (
    Customer(
        "HF", "合肥市云溪区政务服务中心", _GOV, _L, Industry.GOVERNMENT, _FULL, "云溪路1号",
        (Contract("3G-96", batches=(_joined(7, 22, 120),)),),
    ),
    Customer(
        "HF", "合肥临湖商业银行股份有限公司", _ENT, _L, Industry.BANKING, _FULL, "临湖大道88号",
        (
            Contract(
                "3G-186", batches=(_joined(8, 3, 280, _FULL_MONTH, plans=("3G-186", "3G-286", "3G-96")),),
                premiums=("AAAA", "AAA", "AAA", "ABAB"), years=3,
            ),
            Contract("3GD-100", Reached.DRAFT, terminal="HX-E100", drafted_on=date(2026, 10, 28)),
        ),
    ),
    Customer(
        "HF", "合肥南淝理工学院", _GOV, _L, Industry.EDUCATION, _NET, "学苑路6号",
        (Contract("3G-46", batches=(_joined(7, 27, 260),)),), pays=(8,),
    ),
    Customer(
        "HF", "合肥东篱医院", _GOV, _L, Industry.HOSPITAL, _FULL, "东篱路19号",
        (Contract("3G-66", batches=(_joined(8, 11, 200, _HALF),), premiums=("ABAB",)),),
    ),
    Customer(
        "HF", "合肥捷岭公共交通集团有限公司", _ENT, _L, Industry.TRANSPORT, _VOICE, "捷岭路200号",
        (Contract("2G-20", batches=(_joined(8, 18, 180, _FULL_MONTH),)),),
    ),
    Customer(
        "HF", "合肥市云溪区税务服务所", _GOV, _L, Industry.TAXATION, _VOICE, "云溪路9号",
        (Contract("3G-66", batches=(_joined(9, 2, 80, _HALF, _FULL_MONTH),)),),
    ),
    Customer(
        "HF", "安徽谷岸石化销售有限公司", _ENT, _L, Industry.PETROCHEMICAL, _FULL, "谷岸路33号",
        (
            Contract(
                "3G-126", batches=(_joined(8, 25, 110, *_ALL),), premiums=("AAA", "ABCD"),
                kind=BusinessKind.PREPAY_DISCOUNT_HANDSET, terminal="WP-S7",
            ),
        ),
    ),
    Customer(
        "HF", "合肥驰远物流有限公司", _ENT, _S, Industry.LOGISTICS, _VOICE, "货运路5号",
        (Contract("3G-46", batches=(_joined(9, 8, 24, _FULL_MONTH),)),), local_handler=False, pays=(),
    ),
    Customer(
        "HF", "合肥望岳证券有限责任公司", _ENT, _L, Industry.SECURITIES, _FULL, "望岳路66号",
        (
            Contract(
                "3G-286", batches=(_joined(8, 6, 90, _FULL_MONTH, _HALF),), premiums=("AAAA", "ABAB"), years=3
            ),
        ),
    ),
    Customer(
        "HF", "合肥禾泰保险股份有限公司", _ENT, _L, Industry.INSURANCE, _FULL, "禾泰路18号",
        payment=PaymentMethod.CASH,
    ),
    Customer(
        "HF", "合肥空港海关服务中心", _GOV, _L, Industry.CUSTOMS, _NET, "空港路2号",
        (Contract("3G-96", batches=(_joined(10, 9, 60, *_ALL),)),),
    ),
    Customer(
        "HF", "合肥星梭电子有限公司", _ENT, _L, Industry.ELECTRONICS, _FULL, "星梭路100号",
        (
            Contract(
                "3G-66",
                batches=(
                    _joined(8, 4, 300, *_ALL, plans=("3G-66", "3G-46", "2G-39.9")),
                    _joined(10, 15, 120, _HALF),
                ),
                kind=BusinessKind.BYOD,
            ),
            Contract("3G-126", Reached.REVIEW, premiums=("AAA",), drafted_on=date(2026, 10, 26)),
        ),
        payment=PaymentMethod.BANK_COLLECTION,
    ),
    Customer(
        "HF", "合肥市公安局云溪分局", _GOV, _L, Industry.PUBLIC_SECURITY, _FULL, "云溪路110号",
        (Contract("3G-96", batches=(_joined(7, 30, 140),)),), pays=(8,),
    ),
    Customer(
        "HF", "合肥青禾智造有限公司（筹）", _ENT, _S, Industry.OTHER, _VOICE, "创新路7号",
        (Contract("2G-39.9", batches=(_joined(10, 20, 52, _FULL_MONTH),)),), licensed=False,
    ),
)  # fmt: skip

WUHU = (
    Customer(
        "WH", "芜湖市鸠水区人民政府办公室", _GOV, _L, Industry.GOVERNMENT, _FULL, "鸠水路1号",
        (Contract("3G-126", batches=(_joined(8, 12, 100, _FULL_MONTH, _HALF),), premiums=("AAA",)),),
    ),
    Customer(
        "WH", "芜湖鸠水村镇银行股份有限公司", _ENT, _L, Industry.BANKING, _FULL, "鸠水路58号",
        (Contract("3G-186", batches=(_joined(9, 14, 120, _HALF),), premiums=("AAA", "ABAB")),), pays=(),
    ),
    Customer(
        "WH", "芜湖赭湖职业学院", _GOV, _L, Industry.EDUCATION, _NET, "赭湖路12号",
        (Contract("3G-46", batches=(_joined(7, 28, 150),)),),
    ),
    Customer(
        "WH", "芜湖弋水医院", _GOV, _L, Industry.HOSPITAL, _FULL, "弋水路20号",
        (Contract("3G-66", batches=(_joined(9, 21, 110, *_ALL),)),), pays=(8,),
    ),
    Customer(
        "WH", "芜湖顺江港务有限公司", _ENT, _L, Industry.LOGISTICS, _VOICE, "顺江路1号",
        (
            Contract("2G-39.9", batches=(_joined(8, 20, 130, _FULL_MONTH),)),
            Contract("3G-96", Reached.FAILED_ORDER, batches=(_joined(10, 22, 60, _FULL_MONTH),)),
        ),
    ),
    Customer(
        "WH", "芜湖市鸠水区税务服务所", _GOV, _L, Industry.TAXATION, _VOICE, "鸠水路9号",
        (Contract("3G-66", batches=(_joined(10, 12, 50, _OUT),)),),
    ),
    Customer(
        "WH", "芜湖中渡电子制造有限公司", _ENT, _L, Industry.ELECTRONICS, _FULL, "中渡路300号",
        (Contract("3G-46", batches=(_joined(8, 27, 180, _HALF, _OUT),), kind=BusinessKind.BYOD),), pays=(),
    ),
    Customer(
        "WH", "芜湖锦渡汽车零部件有限公司", _ENT, _L, Industry.OTHER, _FULL, "锦渡路77号",
        (
            Contract(
                "3G-96", batches=(_joined(9, 4, 90, _FULL_MONTH),), kind=BusinessKind.PREPAY_FREE_HANDSET,
                terminal="WP-E2", unsupported=("video_call",), premiums=("ABCD",),
            ),
        ),
    ),
    Customer(
        "WH", "芜湖恒川保险代理有限公司", _ENT, _S, Industry.INSURANCE, _VOICE, "恒川路3号",
        (Contract("3G-66", Reached.PRINTED, drafted_on=date(2026, 10, 21)),),
    ),
    Customer(
        "WH", "芜湖澄江证券有限责任公司", _ENT, _L, Industry.SECURITIES, _FULL, "澄江路41号",
        (
            Contract("3G-186", Reached.SIGNED_BY_CUSTOMER, premiums=("AAAA",), drafted_on=date(2026, 10, 16)),
            Contract("3GD-100", Reached.SIGNED_BY_OPERATOR, terminal="HX-E100", drafted_on=date(2026, 10, 19)),
        ),
    ),
)  # fmt: skip

#: Organisation whose members the demo's sheets are made for: it has not agreed anything yet.
TOUR_CUSTOMER = "合肥禾泰保险股份有限公司"
#: Organisation whose handler can log in at the portal.
PORTAL_CUSTOMER = "合肥东篱医院"


def customers(scale: float = 1.0) -> tuple[Customer, ...]:
    """All organisations, their batches multiplied by `scale`; at least two members stay in each."""
    return tuple(
        replace(
            customer,
            contracts=tuple(
                replace(
                    contract,
                    batches=tuple(
                        replace(batch, members=max(2, round(batch.members * scale)))
                        for batch in contract.batches
                    ),
                )
                for contract in customer.contracts
            ),
        )
        for customer in (*HEFEI, *WUHU)
    )


def members_in(branch: str, scale: float) -> int:
    """How many lines a branch's stock must serve."""
    return sum(
        batch.members
        for customer in customers(scale)
        if customer.branch == branch
        for contract in customer.contracts
        for batch in contract.batches
    )
