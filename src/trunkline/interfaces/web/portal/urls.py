"""Addresses of the portal, and of the status of an order."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.portal import details, entry, invoices, views

app_name = "portal"
urlpatterns = [
    path("status/", entry.status, name="status"),
    path("portal/", views.home, name="home"),
    path("portal/login/", entry.login, name="login"),
    path("portal/logout/", entry.logout, name="logout"),
    path("portal/again/", entry.again, name="again"),
    path("portal/password/", views.password, name="password"),
    path("portal/lines/", views.lines, name="lines"),
    path("portal/lines/<int:line_id>/", views.line, name="line"),
    path("portal/items/<slug:item_code>/", views.apply_for, name="apply"),
    path("portal/orders/", views.orders, name="orders"),
    path("portal/orders/<int:order_id>/", views.order, name="order"),
    path("portal/orders/<int:order_id>/details/", details.show, name="details"),
    path("portal/orders/<int:order_id>/details.xlsx", details.sheet, name="details_sheet"),
    path("portal/bills/", views.bills, name="bills"),
    path("portal/bills/<int:bill_id>/", views.bill, name="bill"),
    path("portal/bills/<int:bill_id>/bill.pdf", views.bill_pdf, name="bill_pdf"),
    path("portal/invoices/", invoices.list_invoices, name="invoices"),
    path("portal/invoices/<int:invoice_id>/", invoices.show, name="invoice"),
    path("portal/invoices/<int:invoice_id>/invoice.pdf", invoices.pdf, name="invoice_pdf"),
]
