"""Addresses of framework agreements."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.agreements import members, views

app_name = "agreements"
urlpatterns = [
    path("agreements/", views.list_agreements, name="list"),
    path("agreements/new/", views.draft, name="draft"),
    path("agreements/premium-row/", views.premium_row, name="premium_row"),
    path("agreements/member-template.xlsx", members.template, name="member_template"),
    path("agreements/<int:agreement_id>/", views.show, name="show"),
    path("agreements/<int:agreement_id>/revise/", views.revise, name="revise"),
    path("agreements/<int:agreement_id>/submit/", views.submit, name="submit"),
    path("agreements/<int:agreement_id>/return/", views.send_back, name="return"),
    path("agreements/<int:agreement_id>/print/", views.print_agreement, name="print"),
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
