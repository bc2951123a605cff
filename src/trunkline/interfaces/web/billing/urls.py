"""Addresses of bills, payments, invoices, accounts, bill runs and usage."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.billing import (
    breaches,
    deposits,
    invoices,
    payments,
    prepayments,
    runs,
    usage,
    views,
)

app_name = "billing"
urlpatterns = [
    path("bills/", views.list_bills, name="list"),
    path("bills/<int:bill_id>/", views.show, name="show"),
    path("bills/<int:bill_id>/bill.pdf", views.pdf, name="pdf"),
    path("accounts/<int:account_id>/", views.account, name="account"),
    path("agreements/<int:agreement_id>/deposits/", deposits.of_agreement, name="deposits"),
    path("agreements/<int:agreement_id>/deposits/<str:number>/", deposits.of_number, name="deposit"),
    path("agreements/<int:agreement_id>/breach/", breaches.propose, name="breach_new"),
    path("breaches/", breaches.list_breaches, name="breaches"),
    path("breaches/<int:case_id>/", breaches.show, name="breach"),
    path("breaches/<int:case_id>/approve/", breaches.approve, name="breach_approve"),
    path("breaches/<int:case_id>/withdraw/", breaches.withdraw, name="breach_withdraw"),
    path("breaches/<int:case_id>/settle/", breaches.settle, name="breach_settle"),
    path("breaches/<int:case_id>/letter.pdf", breaches.letter, name="breach_letter"),
    path("payments/new/<int:organization_id>/", payments.pay, name="pay"),
    path("payments/<int:payment_id>/", payments.show, name="payment"),
    path("payments/<int:payment_id>/receipt.pdf", payments.receipt, name="receipt"),
    path("invoices/", invoices.list_invoices, name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.show, name="invoice"),
    path("invoices/<int:invoice_id>/invoice.pdf", invoices.pdf, name="invoice_pdf"),
    path("prepayments/", prepayments.waiting, name="prepayments"),
    path("bill-runs/", runs.list_runs, name="runs"),
    path("bill-runs/start/", runs.start, name="start"),
    path("bill-runs/<int:year>/<int:number>/", runs.show, name="run"),
    path("bill-runs/<int:year>/<int:number>/retry/", runs.retry, name="retry"),
    path("bill-runs/<int:year>/<int:number>/progress/", runs.progress, name="run_progress"),
    path("usage/", usage.list_files, name="usage"),
    path("usage/upload/", usage.upload, name="upload"),
    path("usage/<int:file_id>/", usage.show, name="usage_file"),
]
