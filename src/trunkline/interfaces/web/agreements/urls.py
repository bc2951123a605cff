"""Addresses of framework agreements."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.agreements import library, members, term, views

app_name = "agreements"
urlpatterns = [
    path("agreements/", views.list_agreements, name="list"),
    path("agreements/new/", views.draft, name="draft"),
    path("agreements/premium-row/", views.premium_row, name="premium_row"),
    path("agreements/templates/", library.library, name="library"),
    path("agreements/templates/compose/", library.compose, name="compose"),
    path("agreements/templates/<slug:code>/", library.show_template, name="template"),
    path("agreements/templates/<slug:code>/compose/", library.compose, name="compose_next"),
    path("agreements/clauses/write/", library.write_clause, name="write_clause"),
    path("agreements/clauses/<slug:code>/", library.show_clause, name="clause"),
    path("agreements/clauses/<slug:code>/write/", library.write_clause, name="write_next"),
    path("agreements/<int:agreement_id>/member-template.xlsx", members.template, name="member_template"),
    path("agreements/<int:agreement_id>/", views.show, name="show"),
    path("agreements/<int:agreement_id>/revise/", views.revise, name="revise"),
    path("agreements/<int:agreement_id>/submit/", views.submit, name="submit"),
    path("agreements/<int:agreement_id>/review/", views.review, name="review"),
    path("agreements/<int:agreement_id>/print/", views.print_agreement, name="print"),
    path("agreements/<int:agreement_id>/health/", term.health, name="health"),
    path("agreements/<int:agreement_id>/renewal/review/", term.review_renewal, name="review_renewal"),
    path("agreements/<int:agreement_id>/renewal/decide/", term.decide_renewal, name="decide_renewal"),
    path("agreements/<int:agreement_id>/renew/", term.renew, name="renew"),
    path("agreements/<int:agreement_id>/end/", term.end, name="end"),
    path("agreements/<int:agreement_id>/sign/", views.sign, name="sign"),
    path("agreements/<int:agreement_id>/originals/", views.register_original, name="original"),
    path("agreements/<int:agreement_id>/agreement.pdf", views.agreement_pdf, name="pdf"),
    path("agreements/<int:agreement_id>/members/", members.show, name="members"),
    path("agreements/<int:agreement_id>/members/check/", members.check, name="members_check"),
    path("agreements/<int:agreement_id>/members/problems.xlsx", members.problems, name="members_problems"),
    path("agreements/<int:agreement_id>/members/accept/", members.accept, name="members_accept"),
    path(
        "agreements/<int:agreement_id>/attachments/<int:ordinal>/sign/",
        views.sign_attachment,
        name="sign_attachment",
    ),
    path(
        "agreements/<int:agreement_id>/attachments/<int:ordinal>.pdf",
        views.attachment_pdf,
        name="attachment_pdf",
    ),
]
