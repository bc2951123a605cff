"""Invariants of numbers."""

from __future__ import annotations

from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text
from trunkline.numbering.models import Number, PortOverride
from trunkline.numbering.queries import ranges


def _out_of_range() -> list[str]:
    """A range that has ended keeps the numbers it brought in."""
    prefixes: dict[str, tuple[str, ...]] = {}
    for view in ranges():
        prefixes[view.kind] = (*prefixes.get(view.kind, ()), view.prefix)
    numbers = Number.objects.values_list("number", "kind").order_by("number").iterator(chunk_size=10_000)
    outside = [number for number, kind in numbers if not number.startswith(prefixes.get(kind, ()))]
    ported = PortOverride.objects.filter(number__in=outside).values_list("number", flat=True)
    return sorted(set(outside).difference(ported))


CHECKS = (
    Check(
        "number.reserved_has_lease",
        "",
        Text("预占号码有且只有一条未结束的预占", "A reserved number has one open reservation"),
        places(
            "SELECT n.number FROM numbering_number n LEFT JOIN numbering_reservation r "
            "ON r.number_id = n.id AND r.ended_at IS NULL WHERE n.state = 'reserved' "
            "GROUP BY n.number HAVING count(r.id) <> 1 ORDER BY n.number"
        ),
    ),
    Check(
        "number.lease_is_reserved",
        "",
        Text("未结束的预占都落在预占号码上", "An open reservation is on a reserved number of the same stock"),
        places(
            "SELECT n.number || ' ' || r.holder FROM numbering_reservation r JOIN numbering_number n "
            "ON n.id = r.number_id WHERE r.ended_at IS NULL "
            "AND (n.state <> 'reserved' OR r.branch_id <> n.stock_id) ORDER BY n.number"
        ),
    ),
    Check(
        "number.frozen_has_end",
        "REG-11",
        Text("冻结号码都有解冻时间", "A frozen number has an end, and no other number has one"),
        places(
            "SELECT number FROM numbering_number WHERE (state = 'frozen') <> (frozen_until IS NOT NULL) "
            "ORDER BY number"
        ),
    ),
    Check(
        "number.grade_defined",
        "REG-25",
        Text("号码的靓号等级都有定义", "The grade of a number is defined"),
        places(
            "SELECT n.number || ' ' || n.grade FROM numbering_number n LEFT JOIN numbering_numbergrade g "
            "ON g.code = n.grade WHERE n.grade <> '' AND g.id IS NULL ORDER BY n.number"
        ),
    ),
    Check(
        "number.waited_for_is_held",
        "P1-07",
        Text("有候补的号码都是预占或冻结号码", "A number that somebody waits for is reserved or frozen"),
        places(
            "SELECT DISTINCT n.number FROM numbering_waiting w JOIN numbering_number n ON n.id = w.number_id "
            "WHERE w.ended_at IS NULL AND n.state NOT IN ('reserved', 'frozen') ORDER BY n.number"
        ),
    ),
    Check(
        "number.queue_of_its_branch",
        "P1-07",
        Text(
            "候补都在号码所属分公司，且不是已为该单位预占的号码",
            "Who waits for a number is of its branch and does not hold it",
        ),
        places(
            "SELECT n.number || ' ' || w.organization_id FROM numbering_waiting w JOIN numbering_number n "
            "ON n.id = w.number_id LEFT JOIN numbering_reservation r ON r.number_id = n.id "
            "AND r.ended_at IS NULL AND r.holder = 'organization:' || w.organization_id "
            "WHERE w.ended_at IS NULL AND (w.branch_id <> n.stock_id OR r.id IS NOT NULL) "
            "ORDER BY n.number, w.organization_id"
        ),
    ),
    Check(
        "number.request_has_its_number",
        "P1-07",
        Text(
            "已预占的上报都持有该单位的预占，已受理、在用的号码都在用",
            "A reserved request has its lease, an ordered one its number in use",
        ),
        places(
            "SELECT q.id || ' ' || q.number FROM numbering_numberrequest q "
            "LEFT JOIN numbering_number n ON n.number = q.number "
            "LEFT JOIN numbering_reservation r ON r.number_id = n.id AND r.ended_at IS NULL "
            "AND r.holder = 'organization:' || q.organization_id "
            "WHERE q.state = 'reserved' AND r.id IS NULL "
            "OR q.state IN ('ordered', 'in_use') AND n.state IS DISTINCT FROM 'in_use' ORDER BY q.id"
        ),
    ),
    Check(
        "number.request_thread_tells_its_state",
        "P1-07",
        Text(
            "上报的最近一次办理与其状态相符",
            "The last event of a request that is no remark has led to its state",
        ),
        places(
            "SELECT q.id::text FROM numbering_numberrequest q LEFT JOIN LATERAL ("
            "SELECT event FROM numbering_requestremark m WHERE m.request_id = q.id AND m.event <> 'remark' "
            "ORDER BY m.id DESC LIMIT 1) last ON true WHERE q.state IS DISTINCT FROM (CASE last.event "
            "WHEN 'report' THEN 'reported' WHEN 'reserve' THEN 'reserved' WHEN 'raise' THEN 'issue' "
            "WHEN 'release' THEN 'released' WHEN 'end' THEN 'released' WHEN 'expire' THEN 'expired' "
            "WHEN 'order' THEN 'ordered' WHEN 'serve' THEN 'in_use' END) ORDER BY q.id"
        ),
    ),
    Check(
        "number.in_range",
        "REG-21",
        Text("号码都在本企业号段内，或曾携入", "A number lies in a range of ours, or was ported in"),
        _out_of_range,
    ),
    Check(
        "number.ported_in_has_override",
        "REG-17",
        Text(
            "携入号码都有未结束的携入登记，其他号码没有",
            "A ported-in number has an override that lasts, and no other number has one",
        ),
        places(
            "SELECT coalesce(n.number, o.number) FROM "
            "(SELECT number FROM numbering_number WHERE arrangement = 'ported_in') n "
            "FULL JOIN (SELECT number FROM numbering_portoverride WHERE ended_at IS NULL) o "
            "ON o.number = n.number WHERE n.number IS NULL OR o.number IS NULL ORDER BY 1"
        ),
    ),
)
