"""People who do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trunkline.interfaces.cli.demo.codes import birthday, chance, resident_id
from trunkline.party.types import HandlerDetails

_SURNAMES = tuple(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"
    "鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄"
)
_FIRST = tuple("明思雨晓建文志海春秋子嘉天永立佳景书若泽宏启承怀知清远安长新一亦云星临")
_SECOND = tuple("远岚齐桐宁行群华峰涛静敏洁琳杰磊鹏斌莹颖慧欣怡轩博阳辰帆舟川林森然悦彤航舒")

#: Districts whose people count as local, by branch, and districts of elsewhere (S01-G2).
DISTRICTS = {"HF": ("340102", "340103", "340104", "340111"), "WH": ("340202", "340203", "340207")}
ELSEWHERE = ("320102", "320104", "330102", "420102")
POSTCODES = {"HF": "230001", "WH": "241000"}


@dataclass(frozen=True, slots=True)
class Person:
    """A name and a resident ID number that checks."""

    name: str
    id_number: str


def people(*purpose: object, districts: tuple[str, ...]) -> Iterator[Person]:
    """People without end, the same each time for one purpose; no ID number comes twice."""
    draw = chance("people", *purpose)
    seen: set[str] = set()
    while True:
        name = (
            draw.choice(_SURNAMES)
            + draw.choice(_FIRST)
            + (draw.choice(_SECOND) if draw.random() < 0.9 else "")
        )
        number = resident_id(draw.choice(districts), birthday(draw), draw.randrange(1000))
        if number not in seen:
            seen.add(number)
            yield Person(name, number)


def handler_details(person: Person, place: int, *, branch: str, address: str) -> HandlerDetails:
    """The five fields of S01-R1. Telephone numbers are of an unused series, e-mail of example.com."""
    return HandlerDetails(
        name=person.name,
        phone=f"1000000{place:04d}",
        email=f"handler{place:02d}@example.com",
        postal_address=address,
        postcode=POSTCODES[branch],
        id_number=person.id_number,
    )
