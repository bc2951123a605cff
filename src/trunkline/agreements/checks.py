"""Invariants of agreements (domain 8.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from trunkline.agreements.clauses.parameters import read_all, value_refusals
from trunkline.agreements.clauses.queries import all_template_versions
from trunkline.agreements.clauses.rules import clause_digest, parameter_of, template_digest
from trunkline.agreements.clauses.types import ClauseText, Heading
from trunkline.agreements.models import Agreement, Attachment, ClauseVersion, Member
from trunkline.agreements.queries import reviews, terms
from trunkline.agreements.rules.business import BUSINESS_FIELDS
from trunkline.agreements.rules.reviewing import approved, terms_digest
from trunkline.agreements.rules.signing import attachment_digest
from trunkline.agreements.types import BusinessKind, ReviewSubject
from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text

_UNSIGNED_MEMBERS = """
SELECT a.number || ' ' || m.number FROM agreements_member m
JOIN agreements_membersheet s ON s.id = m.sheet_id JOIN agreements_agreement a ON a.id = s.agreement_id
LEFT JOIN agreements_attachment t ON t.sheet_id = s.id
WHERE m.line_id IS NOT NULL AND (s.superseded_at IS NOT NULL OR
    (SELECT count(DISTINCT side) FROM agreements_signature g WHERE g.attachment_id = t.id) < 2)
"""
_RELEASES = """
SELECT a.number || ' ' || c.number FROM agreements_premiumcommitment c
JOIN agreements_agreement a ON a.id = c.agreement_id
LEFT JOIN agreements_premiumrelease r ON r.commitment_id = c.id
GROUP BY a.number, c.id HAVING coalesce(sum(r.amount), 0) <> c.prepayment OR count(r.id) <> c.months
"""
_ORIGINALS = """
SELECT a.number || ' ' || o.side FROM agreements_original o JOIN agreements_agreement a ON a.id = o.agreement_id
GROUP BY a.number, o.side HAVING count(*) > 3
"""
_TERM_DATES = """
SELECT a.number FROM agreements_agreement a
LEFT JOIN agreements_signature g ON g.agreement_id = a.id AND g.attachment_id IS NULL
GROUP BY a.id HAVING a.effective_on IS NOT NULL
    AND (count(DISTINCT g.side) < 2 OR a.effective_on <> max(greatest(g.signed_on, g.sealed_on)))
    OR a.effective_on IS NULL AND count(DISTINCT g.side) = 2
"""
_CONNECTED = """
SELECT a.number FROM agreements_agreement a
JOIN agreements_membersheet s ON s.agreement_id = a.id JOIN agreements_member m ON m.sheet_id = s.id
GROUP BY a.id HAVING count(m.line_id) > count(*) FILTER (WHERE s.superseded_at IS NULL)
    OR count(m.line_id) <> count(DISTINCT m.line_id)
"""
_OWN_REVIEW = """
SELECT a.number FROM agreements_review r JOIN agreements_agreement a ON a.id = r.agreement_id
WHERE r.subject = 'terms' AND r.revision = a.revision AND r.reviewed_by_id IN (a.drafted_by_id, a.revised_by_id)
"""


def _changed_attachments() -> Sequence[str]:
    """Attachments whose members are no longer those that were hashed and signed."""
    found = []
    for attachment in Attachment.objects.select_related("agreement").order_by("id").iterator():
        members = Member.objects.filter(sheet_id=attachment.sheet_id).order_by("row")
        fields = members.values_list(
            "row",
            "name",
            "id_number",
            "number",
            "plan_code",
            "first_month_mode",
            "terminal_model",
            "imei",
        )
        if attachment_digest(attachment.agreement.number, fields.iterator()) != attachment.sha256:
            found.append(f"{attachment.agreement.number} {attachment.ordinal}")
    return found


def _changed_library() -> Sequence[str]:
    """Clause and template versions that are no longer what was published."""
    found = []
    for row in ClauseVersion.objects.select_related("clause").order_by("id"):
        body = ClauseText(Heading(row.clause.heading), row.caption, row.text)
        parameters = [parameter_of(record) for record in row.parameters]
        if clause_digest(row.clause.code, row.version, body, parameters) != row.sha256:
            found.append(f"{row.clause.code} {row.version}")
    for template in all_template_versions():
        clauses = [clause.sha256 for clause in template.clauses]
        made = template_digest(
            template.code, template.version, template.valid_from, clauses, asdict(template.settings)
        )
        if made != template.sha256:
            found.append(f"{template.code} {template.version}")
    return found


def _beyond_template() -> Sequence[str]:
    """Agreements whose values their template's clauses or their kind of business do not take."""
    templates = {template.id: template for template in all_template_versions()}
    found = []
    for row in Agreement.objects.order_by("id"):
        template = templates.get(row.template_id or 0)
        fields = BUSINESS_FIELDS[BusinessKind(row.business_kind)]
        if template is None or any(
            value_refusals(declared, read_all(declared, kept))
            or set(kept) - {parameter.name for parameter in declared}
            for declared, kept in ((template.parameters, row.clause_values), (fields, row.business_values))
        ):
            found.append(row.number)
    return found


def _printed_unreviewed() -> Sequence[str]:
    """Printed agreements whose terms nobody approved as they are."""
    found = []
    for row in Agreement.objects.filter(printed_at__isnull=False).order_by("id"):
        recorded = reviews(row.pk)
        last = [r for r in recorded if r.subject is ReviewSubject.TERMS]
        if not approved(recorded, row.revision) or last[-1].sha256 != terms_digest(terms(row.pk)):
            found.append(row.number)
    return found


CHECKS = (
    Check(
        "agreement.lines_on_signed_attachments",
        "P2-31",
        Text(
            "协议下开通的号码都在双方签署的附件中",
            "Every line connected under an agreement stands on an attachment that both sides signed",
        ),
        places(_UNSIGNED_MEMBERS),
    ),
    Check(
        "agreement.releases_add_up",
        "P2-09",
        Text("靓号解冻合计等于预存款", "Releases of a premium number add up to its deposit"),
        places(_RELEASES),
    ),
    Check(
        "agreement.three_originals_a_side",
        "P2-28",
        Text("原件每方不超过叁份", "No side has more than three originals"),
        places(_ORIGINALS),
    ),
    Check(
        "agreement.effective_date",
        "P2-29",
        Text(
            "生效日为双方签字、盖章日期中最晚的一天，且生效协议双方均已签署",
            "An agreement takes effect on the latest of both sides' signature and seal dates, and with both only",
        ),
        places(_TERM_DATES),
    ),
    Check(
        "agreement.attachments_unchanged",
        "P2-30",
        Text("附件内容与其摘要一致", "The members of an attachment are those of its hash"),
        _changed_attachments,
    ),
    Check(
        "agreement.library_unchanged",
        "P2-08",
        Text("已发布的条款和模板与其摘要一致", "Published clauses and templates are those of their hashes"),
        _changed_library,
    ),
    Check(
        "agreement.values_fit",
        "P2-08",
        Text(
            "协议的参数符合其模板条款和业务种类",
            "The values of an agreement fit its template's clauses and its kind of business",
        ),
        _beyond_template,
    ),
    Check(
        "agreement.printed_as_reviewed",
        "8.4",
        Text("已打印的协议就是审核通过的文本", "What was printed is what somebody else approved"),
        _printed_unreviewed,
    ),
    Check(
        "agreement.reviewed_by_another",
        "8.4",
        Text("起草人不审核自己的协议", "Nobody approves terms of their own"),
        places(_OWN_REVIEW),
    ),
    Check(
        "agreement.connected_members",
        "P2-31",
        Text("已开通数不超过成员数", "No more members are connected than there are"),
        places(_CONNECTED),
    ),
)
