"""Words of the clause library (P2-08): clauses, their versions, and templates made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from trunkline.agreements.clauses.parameters import ClauseParameter
from trunkline.agreements.types import ClawBack
from trunkline.kernel.text import Text

#: The template that 篇2 is; a draft that names none is drafted by it.
STANDARD_TEMPLATE = "group_network"


class Heading(StrEnum):
    """第一条 … 第四条 of the agreement."""

    SELECTION = "selection"
    USE = "use"
    BREACH = "breach"
    EFFECT = "effect"


HEADING_NAMES = {
    Heading.SELECTION: Text("第一条　选号及套餐资费优惠内容", "Article 1: numbers, plans and benefits"),
    Heading.USE: Text("第二条　使用条件", "Article 2: conditions of use"),
    Heading.BREACH: Text("第三条　违约责任及承担", "Article 3: breach and liability"),
    Heading.EFFECT: Text("第四条　协议生效", "Article 4: taking effect"),
}

#: Fields of every agreement that the text of a clause may name, beside its own parameters.
AGREEMENT_FIELDS: dict[str, Text] = {
    "minimum_members": Text("承诺入网户数", "Members promised"),
    "term_years": Text("有效期（大写年数）", "Term in years, capital numerals"),
    "renewal_years": Text("顺延年数（大写）", "Years of renewal, capital numerals"),
    "originals": Text("原件份数（大写）", "Originals, capital numerals"),
    "originals_per_side": Text("每方份数（大写）", "Originals a side, capital numerals"),
    "data_cap_gb": Text("流量封顶（GB）", "Data cap in GB"),
    "plan_name": Text("套餐名称", "Name of the plan"),
    "terminal_model": Text("终端型号", "Terminal model"),
    "unsupported_features": Text("终端不支持的功能", "Features the terminal lacks"),
    "handset_price": Text("终端价格（元）", "Price of the handset in yuan"),
    "subsidy": Text("终端补贴（元）", "Handset subsidy in yuan"),
    "prepayment": Text("预存话费（元）", "Prepayment in yuan"),
    "monthly_return": Text("每月返还（元）", "Returned each month in yuan"),
    "months": Text("返还月数", "Months of return"),
}


class RenewalRule(StrEnum):
    """到期如无特殊情况，自动顺延壹年: what extends a term (P2-27, Q-09)."""

    #: On the last day by itself, provided that the review found nothing against it.
    AFTER_REVIEW = "after_review"
    #: On the last day by itself unless a review found something against it.
    UNLESS_OBJECTED = "unless_objected"


RENEWAL_RULE_NAMES = {
    RenewalRule.AFTER_REVIEW: Text("审核无特殊情况后自动顺延", "By itself after a review"),
    RenewalRule.UNLESS_OBJECTED: Text(
        "无人提出特殊情况即自动顺延", "By itself unless something speaks against"
    ),
}
CLAW_BACK_NAMES = {
    ClawBack.WHOLE: Text("全额追回", "The whole"),
    ClawBack.PRO_RATA: Text("按剩余月数追回", "By the months not yet run"),
}


@dataclass(frozen=True, slots=True)
class ClauseText:
    """What a clause prints. `caption` stands on the line of its number; the text follows the caption.

    In the text ``{name}`` is a blank, ``**…**`` a term that must be conspicuous (民法典 496), ``[[…]]`` a part that
    is struck out when one of its blanks is empty, and a new line a new paragraph.
    """

    heading: Heading
    caption: str
    text: str


@dataclass(frozen=True, slots=True)
class ClauseDraft:
    """A clause version to be published."""

    code: str
    title: Text
    body: ClauseText
    parameters: tuple[ClauseParameter, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseVersionView:
    """A published clause version, which never changes."""

    id: int
    code: str
    title: Text
    version: int
    body: ClauseText
    parameters: tuple[ClauseParameter, ...]
    sha256: str
    published_at: datetime
    published_by: int


@dataclass(frozen=True, slots=True)
class TemplateSettings:
    """What a template settles beside its words.

    `warning_days` before the end of the term a shortfall of members is told (P2-01). Without `renewal_repeats` a
    term is extended once only (Q-09).
    """

    renewal: RenewalRule = RenewalRule.AFTER_REVIEW
    renewal_repeats: bool = True
    claw_back: ClawBack = ClawBack.WHOLE
    warning_days: int = 90


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A template version to be published, with the ids of its clause versions in the order of the text."""

    code: str
    title: Text
    valid_from: date
    clause_versions: tuple[int, ...]
    reference: str
    settings: TemplateSettings = TemplateSettings()


@dataclass(frozen=True, slots=True)
class TemplateVersionView:
    """A published template version, which never changes; agreements keep the one they were drafted by."""

    id: int
    code: str
    title: Text
    version: int
    valid_from: date
    clauses: tuple[ClauseVersionView, ...]
    settings: TemplateSettings
    reference: str
    sha256: str
    published_at: datetime
    published_by: int

    @property
    def parameters(self) -> tuple[ClauseParameter, ...]:
        """The fields of all clauses, in the order of the text."""
        return tuple(parameter for clause in self.clauses for parameter in clause.parameters)
