"""Words of organisations and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from trunkline.kernel.text import Text


class CustomerClass(StrEnum):
    """P3-01."""

    GOVERNMENT = "government"
    ENTERPRISE = "enterprise"


class Segment(StrEnum):
    """Size of the customer; SME decides S01-G2."""

    LARGE = "large"
    SME = "sme"


class ServiceGrade(StrEnum):
    """客户服务等级 (P4-51, S12-F): better grades pay less for some services and are served sooner."""

    STANDARD = "standard"
    SILVER = "silver"
    GOLD = "gold"
    DIAMOND = "diamond"


SERVICE_GRADE_NAMES = {
    ServiceGrade.STANDARD: Text("普通", "Standard"),
    ServiceGrade.SILVER: Text("银卡VIP", "Silver VIP"),
    ServiceGrade.GOLD: Text("金卡VIP", "Gold VIP"),
    ServiceGrade.DIAMOND: Text("钻石卡VIP", "Diamond VIP"),
}


class Industry(StrEnum):
    """The twelve key industries of P4-01, the extra 公安 (Q-18), and the rest."""

    GOVERNMENT = "government"
    BANKING = "banking"
    EDUCATION = "education"
    HOSPITAL = "hospital"
    TRANSPORT = "transport"
    TAXATION = "taxation"
    PETROCHEMICAL = "petrochemical"
    LOGISTICS = "logistics"
    SECURITIES = "securities"
    INSURANCE = "insurance"
    CUSTOMS = "customs"
    ELECTRONICS = "electronics"
    PUBLIC_SECURITY = "public_security"
    OTHER = "other"


INDUSTRY_NAMES = {
    Industry.GOVERNMENT: Text("政府", "Government"),
    Industry.BANKING: Text("银行", "Banking"),
    Industry.EDUCATION: Text("教育", "Education"),
    Industry.HOSPITAL: Text("医院", "Hospitals"),
    Industry.TRANSPORT: Text("交通", "Transport"),
    Industry.TAXATION: Text("税务", "Taxation"),
    Industry.PETROCHEMICAL: Text("石化", "Petrochemical"),
    Industry.LOGISTICS: Text("物流", "Logistics"),
    Industry.SECURITIES: Text("证券", "Securities"),
    Industry.INSURANCE: Text("保险", "Insurance"),
    Industry.CUSTOMS: Text("海关", "Customs"),
    Industry.ELECTRONICS: Text("电子制造", "Electronics manufacturing"),
    Industry.PUBLIC_SECURITY: Text("公安", "Public security"),
    Industry.OTHER: Text("其他", "Other"),
}


class NeedLevel(StrEnum):
    """P3-02."""

    VOICE = "voice"
    NETWORK = "network"
    FULL_SERVICE = "full_service"


class IdentityStatus(StrEnum):
    """Whether the customer's identity is complete (S01-E1)."""

    PROVISIONAL = "provisional"
    COMPLETE = "complete"


class ContactRole(StrEnum):
    """P4-04, S17-4."""

    DECISION_MAKER = "decision_maker"
    CONTACT = "contact"
    KEY_PERSON = "key_person"


CONTACT_ROLE_NAMES = {
    ContactRole.DECISION_MAKER: Text("决策者", "Decision maker"),
    ContactRole.CONTACT: Text("联系人", "Contact"),
    ContactRole.KEY_PERSON: Text("关键人", "Key person"),
}


class PaymentMethod(StrEnum):
    """付款方式."""

    CASH = "cash"
    POS = "pos"
    CHEQUE = "cheque"
    TRANSFER = "transfer"
    BANK_COLLECTION = "bank_collection"


PAYMENT_METHOD_NAMES = {
    PaymentMethod.CASH: Text("现金", "Cash"),
    PaymentMethod.POS: Text("刷卡", "Card terminal"),
    PaymentMethod.CHEQUE: Text("支票", "Cheque"),
    PaymentMethod.TRANSFER: Text("银行转账", "Bank transfer"),
    PaymentMethod.BANK_COLLECTION: Text(
        "单位账号银行托收", "Bank collection from the organisation's account"
    ),
}

#: 单位账号银行托收 (S01-G3): what is needed to collect from the organisation's bank account.
BANK_FIELDS = {
    "bank": Text("开户银行", "Bank"),
    "branch_code": Text("行号", "Bank branch code"),
    "account_name": Text("户名", "Account name"),
    "account_number": Text("账号", "Account number"),
    "authorisation": Text("托收授权书编号", "Number of the collection authorisation"),
}


@dataclass(frozen=True, slots=True)
class HandlerDetails:
    """经办人 as entered: the five fields of S01-R1 and the identity document."""

    name: str
    phone: str
    email: str
    postal_address: str
    postcode: str
    id_number: str


@dataclass(frozen=True, slots=True)
class HandlerView:
    """A registered handler."""

    id: int
    organization_id: int
    name: str
    phone: str
    email: str
    postal_address: str
    postcode: str
    id_number: str


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact person of an organisation."""

    id: int
    name: str
    role: ContactRole
    title: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """A billing account."""

    id: int
    code: str
    organization_id: int
    branch_id: int
    title: str
    payment_method: PaymentMethod
    isolated: bool
    billing_address: str
    payment_days: int


@dataclass(frozen=True, slots=True)
class OrganizationView:
    """An organisation."""

    id: int
    branch_id: int
    code: str
    name: str
    uscc: str
    customer_class: CustomerClass
    segment: Segment
    industry: Industry
    need_level: NeedLevel
    identity_status: IdentityStatus
    identity_due_on: date | None
    address: str
    legal_representative: str
    account_manager_id: int | None
    grade: ServiceGrade
    blacklisted: bool
