"""Invariants of agreements (domain 8.5)."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.agreements.models import Attachment, Member
from trunkline.agreements.rules.signing import attachment_digest
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
        "agreement.connected_members",
        "P2-31",
        Text("已开通数不超过成员数", "No more members are connected than there are"),
        places(_CONNECTED),
    ),
)
