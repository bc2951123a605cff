"""Invariants of lines."""

from __future__ import annotations

from itertools import islice

from trunkline.kernel.checks import Check, places
from trunkline.kernel.clock import now
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.numbering.queries import line_numbers_in_use
from trunkline.party.queries import accounts_by_id
from trunkline.subscriptions.models import Line, LineNumber, LineStop
from trunkline.subscriptions.rules import MOST_LINES_OF_A_PERSON
from trunkline.subscriptions.types import LineState, StopCause

_CHUNK = 5_000


def _open_numbers() -> list[str]:
    rows = LineNumber.objects.filter(valid_to__isnull=True)
    return list(rows.order_by("number").values_list("number", flat=True))


def _in_use_without_line() -> list[str]:
    return sorted(line_numbers_in_use().difference(_open_numbers()))


def _line_without_number_in_use() -> list[str]:
    in_use = line_numbers_in_use()
    return [number for number in _open_numbers() if number not in in_use]


def _account_of_another() -> list[str]:
    live = Line.objects.exclude(state=LineState.TERMINATED).order_by()
    pairs = iter(live.values_list("account_id", "organization_id", "branch_id").distinct().iterator())
    found: list[str] = []
    while chunk := list(islice(pairs, _CHUNK)):
        accounts = accounts_by_id({account for account, _, _ in chunk})
        own = {id_: (view.organization_id, view.branch_id) for id_, view in accounts.items()}
        found += [
            f"account {account} organisation {organization}"
            for account, organization, branch in chunk
            if own.get(account) != (organization, branch)
        ]
    return sorted(found)


def _bars_left_over() -> list[str]:
    """A data bar ends at the first instant of the month after it was put on."""
    this_month = Month.of(now())
    rows = LineStop.objects.filter(cause=StopCause.DATA_CAP).select_related("line").order_by("line__number")
    return [
        f"{stop.line.number} {stop.since.isoformat()}"
        for stop in rows.iterator(chunk_size=_CHUNK)
        if (stop.until is None and Month.of(stop.since) < this_month)
        or (stop.until is not None and stop.until > Month.of(stop.since).end)
    ]


CHECKS = (
    Check(
        "line.number_in_use_has_line",
        "",
        Text("在用号码都有且只有一个用户", "A number in use has one line"),
        _in_use_without_line,
    ),
    Check(
        "line.number_is_in_use",
        "",
        Text("用户持有的号码都是在用号码", "A number that a line holds is in use"),
        _line_without_number_in_use,
    ),
    Check(
        "line.complete",
        "REG-13",
        Text(
            "未销户用户都有号码、套餐、卡和实际使用人",
            "A live line has its number, a plan, a SIM card and an actual user",
        ),
        places(
            "SELECT l.number FROM subscriptions_line l "
            "LEFT JOIN subscriptions_linenumber n ON n.line_id = l.id AND n.valid_to IS NULL AND n.number = l.number "
            "LEFT JOIN subscriptions_lineoffering o ON o.line_id = l.id AND o.is_plan AND o.valid_to IS NULL "
            "LEFT JOIN subscriptions_sim s ON s.line_id = l.id AND s.retired_at IS NULL "
            "WHERE l.state IN ('active', 'pre_terminated') AND (n.id IS NULL OR o.id IS NULL OR s.id IS NULL "
            "OR l.user_name = '' OR l.user_id_number = '') ORDER BY l.number"
        ),
    ),
    Check(
        "line.account_own",
        "S01-A1",
        Text("用户的付费账户属于其集团客户", "A live line's billing account is its organisation's"),
        _account_of_another,
    ),
    Check(
        "line.ended_holds_nothing",
        "S05-E1",
        Text(
            "已销户用户不再持有号码、套餐、卡和停机原因",
            "A terminated line holds no number, offering, SIM card or stop",
        ),
        places(
            "SELECT l.number FROM subscriptions_line l WHERE l.state = 'terminated' AND ("
            "EXISTS (SELECT 1 FROM subscriptions_linenumber n WHERE n.line_id = l.id AND n.valid_to IS NULL) "
            "OR EXISTS (SELECT 1 FROM subscriptions_lineoffering o WHERE o.line_id = l.id AND o.valid_to IS NULL) "
            "OR EXISTS (SELECT 1 FROM subscriptions_sim s WHERE s.line_id = l.id AND s.retired_at IS NULL) "
            "OR EXISTS (SELECT 1 FROM subscriptions_linestop t WHERE t.line_id = l.id AND t.until IS NULL)"
            ") ORDER BY l.number"
        ),
    ),
    Check(
        "line.not_stopped_before_active",
        "",
        Text("停机原因都在用户开通之后", "A line is stopped only after it was activated"),
        places(
            "SELECT l.number || ' ' || t.cause FROM subscriptions_linestop t JOIN subscriptions_line l "
            "ON l.id = t.line_id WHERE l.activated_at IS NULL OR t.since < l.activated_at ORDER BY 1"
        ),
    ),
    Check(
        "line.data_bar_lifted",
        "P2-14",
        Text("流量封顶停数据在次月首日解除", "A data bar is lifted at the first instant of the next month"),
        _bars_left_over,
    ),
    Check(
        "line.same_branch",
        "P5-2",
        Text("用户的附属记录与用户属同一分公司", "What belongs to a line lies in the line's branch"),
        places(
            " UNION ALL ".join(
                f"SELECT '{table} ' || c.id FROM subscriptions_{table} c JOIN subscriptions_line l "
                "ON l.id = c.line_id WHERE c.branch_id <> l.branch_id"
                for table in (
                    *("linenumber", "lineoffering", "linestop", "terminal", "linephase"),
                    *("linepassword", "linepasswordhash"),
                )
            )
            + " UNION ALL SELECT 'message ' || m.id FROM messaging_outgoingmessage m "
            "LEFT JOIN subscriptions_line l ON l.id = m.line_id "
            "WHERE m.line_id IS NOT NULL AND m.branch_id IS DISTINCT FROM l.branch_id"
        ),
    ),
    Check(
        "person.line_limit",
        "REG-14",
        Text("同一使用人的在用号码不超过五个", "Nobody uses more than five live lines"),
        places(
            "SELECT left(user_id_number, 6) || '****' || right(user_id_number, 4) || ' ' || count(*) "
            "FROM subscriptions_line WHERE state <> 'terminated' GROUP BY user_id_number "
            f"HAVING count(*) > {MOST_LINES_OF_A_PERSON} ORDER BY user_id_number"
        ),
    ),
)
