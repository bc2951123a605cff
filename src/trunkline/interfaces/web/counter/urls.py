"""Addresses of orders."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.counter import applications, details, identity, rules, selections, views, visits

app_name = "counter"
urlpatterns = [
    path("orders/", views.list_orders, name="list"),
    path("orders/new/", views.choose, name="choose"),
    path("orders/new/<int:agreement_id>/", views.new_installation, name="new"),
    path("orders/new/<int:agreement_id>/check/", views.check, name="check"),
    path("orders/apply/<int:organization_id>/", applications.choose_item, name="items"),
    path("orders/apply/<int:organization_id>/<slug:item_code>/", applications.apply_for, name="apply"),
    path(
        "orders/apply/<int:organization_id>/<slug:item_code>/check/",
        applications.check_application,
        name="check_application",
    ),
    path(
        "orders/apply/<int:organization_id>/<slug:item_code>/reasons.xlsx",
        applications.reasons,
        name="reasons",
    ),
    path(
        "orders/apply/<int:organization_id>/<slug:item_code>/lines/",
        selections.choose_lines,
        name="choose_lines",
    ),
    path("orders/apply/<int:organization_id>/<slug:item_code>/visit/", visits.add, name="add_to_visit"),
    path("orders/lines/<slug:item_code>.xlsx", selections.line_sheet, name="line_sheet"),
    path("visits/draft/<int:draft_id>/", visits.show_draft, name="draft"),
    path("visits/draft/<int:draft_id>/check/", visits.check_draft, name="check_draft"),
    path("visits/draft/<int:draft_id>/<int:place>/<slug:to>/", visits.move, name="move_in_draft"),
    path("visits/<int:visit_id>/", visits.show, name="visit"),
    path("visits/<int:visit_id>/sheet.pdf", visits.sheet, name="visit_sheet"),
    path("orders/identity/<slug:item_code>/", identity.verify, name="verify"),
    path("orders/<int:order_id>/change/<slug:event>/", views.change, name="change"),
    path("rulebook/", views.rulebook, name="rulebook"),
    path("rulebook/<slug:item_code>/", rules.rule, name="rule"),
    path("orders/<int:order_id>/", views.show, name="show"),
    path("orders/<int:order_id>/progress/", views.progress, name="progress"),
    path("orders/<int:order_id>/details/", details.show, name="details"),
    path("orders/<int:order_id>/details.xlsx", details.sheet, name="details_sheet"),
    path("orders/<int:order_id>/details.pdf", details.paper, name="details_paper"),
    path("orders/<int:order_id>/handed-back.xlsx", views.handed_back, name="handed_back"),
    path("orders/<int:order_id>/scans/<int:scan_id>/", views.scan, name="scan"),
    path("orders/<int:order_id>/slip.pdf", views.slip, name="slip"),
]
