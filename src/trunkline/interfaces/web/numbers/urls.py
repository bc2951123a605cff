"""Addresses of the number inventory."""

from __future__ import annotations

from django.urls import path

from trunkline.interfaces.web.numbers import inventory, leases, porting, requests, views

app_name = "numbers"
urlpatterns = [
    path("numbers/", views.search, name="search"),
    path("numbers/mine/", leases.mine, name="mine"),
    path("numbers/requests/", requests.list_requests, name="requests"),
    path("numbers/requests/report/", requests.report, name="report"),
    path("numbers/requests/<int:request_id>/", requests.show, name="request"),
    path("numbers/requests/<int:request_id>/<str:code>/", requests.act, name="act"),
    path("numbers/inventory/", inventory.show, name="inventory"),
    path("numbers/inventory/range/", inventory.define_range, name="define_range"),
    path("numbers/inventory/grade/", inventory.define_grade, name="define_grade"),
    path("numbers/inventory/<int:branch_id>/regrade/", inventory.regrade, name="regrade"),
    path("numbers/port-in/", porting.port_in, name="port_in"),
    path("numbers/<str:number>/take-back/", porting.take_back, name="take_back"),
    path("numbers/<str:number>/", leases.show, name="show"),
    path("numbers/<str:number>/lease/", leases.lease, name="lease"),
    path("numbers/<str:number>/extend/", leases.extend, name="extend"),
    path("numbers/<str:number>/release/", leases.release, name="release"),
    path("numbers/<str:number>/wait/", leases.wait, name="wait"),
    path(
        "numbers/<str:number>/stop-waiting/<int:organization_id>/", leases.stop_waiting, name="stop_waiting"
    ),
]
