"""What may be published as a clause or a template, and how a clause's text is filled in (P2-08)."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from trunkline.agreements.clauses.parameters import (
    ClauseParameter,
    ClauseParameterKind,
    defaults,
    value_refusals,
)
from trunkline.agreements.clauses.types import (
    AGREEMENT_FIELDS,
    ClauseDraft,
    ClauseText,
    ClauseVersionView,
    Heading,
    TemplateDraft,
)
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

_NAME = re.compile(r"^[a-z][a-z0-9_]{1,31}$")
_PIECE = re.compile(r"(\*\*|\[\[|\]\]|\{[^{}\n]*\}|\n)")
_NUMERALS = "一二三四五六七八九十"
#: The first article has three parts of its own before the clauses that a template adds to it.
_FIRST_NUMBER = {Heading.SELECTION: 4, Heading.USE: 1, Heading.BREACH: 1}
LONGEST_TEXT = 4000
LONGEST_WARNING = 365

BAD_CODE = Refusal(
    "clause.code_wrong",
    "P2-08",
    Text(
        "代码只能用小写字母、数字和下划线，以字母开头，2至32位：{subject}",
        "A code takes lower-case letters, digits and underscores, 2 to 32, a letter first: {subject}",
    ),
)
TITLE_MISSING = Refusal("clause.title_missing", "P2-08", Text("须填写中英文名称", "Both titles are needed"))
TEXT_WRONG = Refusal(
    "clause.text_wrong",
    "P2-08",
    Text("条款正文须为1至{most}字", "A clause has a text of 1 to {most} characters"),
).filled(most=LONGEST_TEXT)
MARKS_UNBALANCED = Refusal(
    "clause.marks_unbalanced",
    "P2-08",
    Text(
        "**醒目** 和 [[可划去]] 标记须成对，且不能互相嵌套",
        "The marks **…** and [[…]] come in pairs and do not cross",
    ),
)
BLANK_UNKNOWN = Refusal(
    "clause.blank_unknown",
    "P2-08",
    Text(
        "正文中的空格{subject}既不是本条款的参数，也不是协议字段",
        "The blank {subject} is neither a parameter of the clause nor a field of the agreement",
    ),
)
PARAMETER_WRONG = Refusal(
    "clause.parameter_wrong",
    "P2-08",
    Text(
        "参数{subject}的名称、中英文标题、上下限、选项或默认值不对",
        "ClauseParameter {subject} has a wrong name, title, bound, choice or default",
    ),
)
PARAMETER_TWICE = Refusal(
    "clause.parameter_twice",
    "P2-08",
    Text("参数{subject}出现两次", "ClauseParameter {subject} occurs twice"),
)
PARAMETER_UNUSED = Refusal(
    "clause.parameter_unused",
    "P2-08",
    Text("正文没有用到参数{subject}", "The text does not use parameter {subject}"),
)
HEADING_CHANGED = Refusal(
    "clause.heading_changed",
    "P2-08",
    Text("新版本不能换到另一条", "A new version stays under the clause's article"),
)
NOTHING_NEW = Refusal(
    "clause.nothing_new", "P2-08", Text("与上一版本相同", "Nothing differs from the last version")
)
TEMPLATE_EMPTY = Refusal(
    "template.empty", "P2-08", Text("模板须至少有一个条款", "A template has at least one clause")
)
CLAUSE_TWICE = Refusal(
    "template.clause_twice", "P2-08", Text("条款{subject}重复", "Clause {subject} occurs twice")
)
CLAUSE_UNKNOWN = Refusal(
    "template.clause_unknown",
    "P2-08",
    Text("没有这个条款版本：{subject}", "No such clause version: {subject}"),
)
EFFECT_MISSING = Refusal(
    "template.effect_missing",
    "P2-27",
    Text(
        "模板须有第四条：有效期、顺延、份数和生效",
        "A template needs article 4: term, renewal, originals, effect",
    ),
)
TEMPLATE_BACKDATED = Refusal(
    "template.backdated",
    "P2-08",
    Text(
        "生效日期不得早于今天，也不得早于上一版本（{since}）",
        "A template is valid from today or later, and not before its last version ({since})",
    ),
)
REFERENCE_MISSING = Refusal(
    "template.no_reference", "P2-08", Text("须注明依据", "A reference is needed for a template")
)
WARNING_OUT_OF_RANGE = Refusal(
    "template.warning_out_of_range",
    "P2-01",
    Text("到期前提醒须为1至{most}天", "The warning comes 1 to {most} days before the end"),
).filled(most=LONGEST_WARNING)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of printed text. `filled` was a blank; `struck` does not apply; `mark` is the note behind it."""

    text: str
    conspicuous: bool = False
    filled: bool = False
    struck: bool = False
    mark: bool = False


@dataclass(frozen=True, slots=True)
class PrintedClause:
    """A clause filled in: ``（一）`` or nothing, its caption, and its paragraphs."""

    heading: Heading
    number: str
    caption: str
    paragraphs: tuple[tuple[Run, ...], ...]


def blanks(text: str) -> tuple[str, ...]:
    """The names of a text's blanks, in order, each once."""
    found = (piece[1:-1] for piece in _PIECE.findall(text) if piece.startswith("{"))
    return tuple(dict.fromkeys(found))


def filled_in(text: str, values: Mapping[str, str]) -> tuple[tuple[Run, ...], ...]:
    """The paragraphs of a text whose marks are balanced; a blank without a value is empty."""
    paragraphs: list[list[Run]] = [[]]
    conspicuous = struck = False
    pieces = _PIECE.split(text)
    for place, piece in enumerate(pieces):
        if piece == "**":
            conspicuous = not conspicuous
        elif piece == "[[":
            part = "".join(pieces[place : pieces.index("]]", place)])
            struck = any(not values.get(name, "") for name in blanks(part))
        elif piece == "]]":
            paragraphs[-1] += [Run("", mark=True)] if struck else []
            struck = False
        elif piece == "\n":
            paragraphs.append([])
        elif piece.startswith("{") and piece.endswith("}"):
            paragraphs[-1].append(Run(values.get(piece[1:-1], ""), conspicuous, True, struck))
        elif piece:
            paragraphs[-1].append(Run(piece, conspicuous, False, struck))
    return tuple(tuple(paragraph) for paragraph in paragraphs)


def numbered(number: int) -> str:
    """``（一）`` … ``（二十）`` and so on below a hundred."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("" if tens == 1 else _NUMERALS[tens - 1]) + "十"
    return f"（{head}{_NUMERALS[ones - 1] if ones else ''}）"


def printed_clauses(clauses: Iterable[ClauseText], values: Mapping[str, str]) -> tuple[PrintedClause, ...]:
    """Clauses numbered under their articles, in the order of the articles, and filled in."""
    found = []
    every = tuple(clauses)
    for heading in Heading:
        mine = [clause for clause in every if clause.heading is heading]
        first = _FIRST_NUMBER.get(heading)
        for place, clause in enumerate(mine):
            number = "" if first is None else numbered(first + place)
            found.append(PrintedClause(heading, number, clause.caption, filled_in(clause.text, values)))
    return tuple(found)


def clause_refusals(draft: ClauseDraft, last: ClauseVersionView | None) -> tuple[Refusal, ...]:
    """Why a clause version cannot be published after `last`."""
    found: list[Refusal] = []
    if not _NAME.match(draft.code):
        found.append(BAD_CODE.about(draft.code))
    if not draft.title.zh.strip() or not draft.title.en.strip():
        found.append(TITLE_MISSING)
    text = draft.body.text
    if not text.strip() or len(text) > LONGEST_TEXT:
        found.append(TEXT_WRONG)
    if not _balanced(text):
        found.append(MARKS_UNBALANCED)
    declared = [parameter.name for parameter in draft.parameters]
    named = blanks(text)
    found += [PARAMETER_TWICE.about(name) for name, count in Counter(declared).items() if count > 1]
    found += [PARAMETER_WRONG.about(p.name) for p in draft.parameters if not _sound(p)]
    found += [PARAMETER_UNUSED.about(name) for name in declared if name not in named]
    found += [BLANK_UNKNOWN.about(n) for n in named if n not in declared and n not in AGREEMENT_FIELDS]
    if last is not None and last.body.heading is not draft.body.heading:
        found.append(HEADING_CHANGED)
    if last is not None and (last.body, last.parameters) == (draft.body, draft.parameters):
        found.append(NOTHING_NEW)
    return tuple(found)


def _balanced(text: str) -> bool:
    """Whether the marks pair and neither opens within the other and closes outside; a mark stays in its paragraph."""
    for paragraph in text.split("\n"):
        opened: list[str] = []
        for piece in _PIECE.findall(paragraph):
            if piece == "[[" or (piece == "**" and "**" not in opened):
                if piece in opened:
                    return False
                opened.append(piece)
            elif piece in ("]]", "**") and (not opened or opened.pop() != {"]]": "[["}.get(piece, piece)):
                return False
        if opened:
            return False
    return True


def _sound(parameter: ClauseParameter) -> bool:
    """Whether a parameter's own declaration holds together."""
    if not _NAME.match(parameter.name) or parameter.name in AGREEMENT_FIELDS:
        return False
    if not parameter.title.zh.strip() or not parameter.title.en.strip():
        return False
    if (parameter.kind is ClauseParameterKind.CHOICE) != bool(parameter.choices):
        return False
    lower, upper = parameter.lower, parameter.upper
    if lower is not None and upper is not None and lower > upper:
        return False
    optional = (ClauseParameter(**{**_fields(parameter), "required": False}),)
    return not value_refusals(optional, defaults(optional))


def _fields(parameter: ClauseParameter) -> dict[str, Any]:
    return {name: getattr(parameter, name) for name in ClauseParameter.__slots__}


def template_refusals(
    draft: TemplateDraft, clauses: Sequence[ClauseVersionView], *, today: date, last_from: date | None
) -> tuple[Refusal, ...]:
    """Why a template version cannot be published; `clauses` are those of its clause versions that exist."""
    found: list[Refusal] = []
    if not _NAME.match(draft.code):
        found.append(BAD_CODE.about(draft.code))
    if not draft.title.zh.strip() or not draft.title.en.strip():
        found.append(TITLE_MISSING)
    known = {clause.id for clause in clauses}
    found += [CLAUSE_UNKNOWN.about(str(i)) for i in draft.clause_versions if i not in known]
    if not draft.clause_versions:
        found.append(TEMPLATE_EMPTY)
    elif not any(clause.body.heading is Heading.EFFECT for clause in clauses):
        found.append(EFFECT_MISSING)
    codes = Counter(clause.code for clause in clauses)
    found += [CLAUSE_TWICE.about(code) for code, count in codes.items() if count > 1]
    names = Counter(p.name for clause in clauses for p in clause.parameters)
    found += [PARAMETER_TWICE.about(name) for name, count in names.items() if count > 1]
    since = max(today, last_from) if last_from else today
    if draft.valid_from < since:
        found.append(TEMPLATE_BACKDATED.filled(since=since.isoformat()))
    if not draft.reference.strip():
        found.append(REFERENCE_MISSING)
    if not 1 <= draft.settings.warning_days <= LONGEST_WARNING:
        found.append(WARNING_OUT_OF_RANGE)
    return tuple(found)


def parameter_record(parameter: ClauseParameter) -> dict[str, Any]:
    """A parameter as JSON; `parameter_of` reads it back."""
    kept = asdict(parameter)
    bounds = {name: None if kept[name] is None else str(kept[name]) for name in ("lower", "upper")}
    return {**kept, **bounds, "kind": str(parameter.kind), "choices": list(parameter.choices)}


def parameter_of(record: Mapping[str, Any]) -> ClauseParameter:
    """A parameter from its JSON."""
    bounds = {name: None if record[name] is None else Decimal(record[name]) for name in ("lower", "upper")}
    return ClauseParameter(
        **{
            **record,
            **bounds,
            "kind": ClauseParameterKind(record["kind"]),
            "title": Text(**record["title"]),
            "unit": Text(**record["unit"]),
            "choices": tuple(record["choices"]),
        }
    )


def clause_digest(code: str, version: int, body: ClauseText, parameters: Iterable[ClauseParameter]) -> str:
    """SHA-256 over everything that a clause version prints and asks for."""
    told = [code, version, *asdict(body).values(), [parameter_record(p) for p in parameters]]
    return _digest(told)


def template_digest(
    code: str, version: int, valid_from: date, clauses: Iterable[str], settings: Mapping[str, Any]
) -> str:
    """SHA-256 over a template version: its clauses by their digests, in order, and what it settles."""
    return _digest([code, version, valid_from.isoformat(), [*clauses], dict(settings)])


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
