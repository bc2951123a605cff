"""The clauses of 篇2 as they are written, and the campaign clauses its notes ask for; installed with the schema.

What is already published stays as it is, whatever the program brings.
"""

from __future__ import annotations

from decimal import Decimal

from trunkline.agreements.clauses.parameters import ClauseParameter, ClauseParameterKind
from trunkline.agreements.clauses.types import STANDARD_TEMPLATE, ClauseDraft, ClauseText, Heading
from trunkline.kernel.text import Text

_YUAN, _DAYS = Text("元", "yuan"), Text("天", "days")

#: 第二条, 第三条 and 第四条 of 篇2, word for word (P2-09 … P2-31).
AGREEMENT_CLAUSES: tuple[ClauseDraft, ...] = (
    ClauseDraft(
        "premium_prepayment",
        Text("足额缴费与单独核算", "Full payment, separate accounts"),
        ClauseText(
            Heading.USE,
            "",
            "甲方应按时全额缴纳当月通信费用。如有靓号预存款，且甲方当月实际产生的通信费超出靓号预存话费当月解冻额度，"
            "应按时缴清差额费用。甲方同意乙方对其在本协议中选定的号码每月产生的通信费实行单独核算，不与其它号码进行"
            "关联付费。",
        ),
    ),
    ClauseDraft(
        "no_refund",
        Text("预存不退与在网承诺", "No refund, staying connected"),
        ClauseText(
            Heading.USE,
            "",
            "本协议中的甲方靓号预存话费**不可退还**，可以延期消费，可以结转。协议有效期内，甲方承诺"
            "**不申请停机、销号或过户业务**。",
        ),
    ),
    ClauseDraft(
        "data_cap",
        Text("流量封顶", "Data cap"),
        ClauseText(
            Heading.USE,
            "",
            "[[按照公平使用原则，乙方将对甲方的无线数据流量进行封顶限制，甲方每月的无线数据流量达到或超出（为保证通信服务的"
            "连续性，以甲方最后一次无线上网使用结束为准累计无线数据流量，可能存在超出流量封顶额度的情况，超出的流量将按"
            "甲方使用的3G套餐情况计费）流量封顶额度（{data_cap_gb}GB）时，乙方将有权暂停甲方当月的上网服务，次月自动"
            "恢复开通。乙方可以定期通过短信方式通知甲方无线数据流量的使用情况。]]",
        ),
    ),
    ClauseDraft(
        "video_call",
        Text("终端不支持的功能", "Features the terminal lacks"),
        ClauseText(
            Heading.USE,
            "",
            "甲方选择的移动电话终端设备应支持乙方所有可提供的业务功能，对于甲方选择的移动电话终端自身不支持乙方提供"
            "业务功能的损失，由甲方自行承担。[[经甲方确认，甲方选择/自备的{terminal_model}型手机终端不支持甲方所选乙方"
            "3G套餐中的{unsupported_features}功能。]]（该条涉及到终端办理）",
        ),
    ),
    ClauseDraft(
        "customer_breach",
        Text("甲方违约责任", "The customer's breach"),
        ClauseText(
            Heading.BREACH,
            "甲方违约责任",
            "甲方构成违约的，甲方应承担由此给乙方带来的经济损失并**支付违约金**（包括但不限于因用户欠费发生的逾期付款"
            "违约金以及乙方在本协议中所给予甲方的终端补贴款等优惠）。乙方有权以甲方账户中尚未解冻的相应靓号预存款"
            "**直接折抵该等违约金**。如有不足，甲方应**一次性补足**。",
        ),
    ),
    ClauseDraft(
        "operator_breach",
        Text("乙方违约责任", "The operator's breach"),
        ClauseText(
            Heading.BREACH,
            "乙方违约责任",
            "1、乙方构成违约的，应按《中华人民共和国电信条例》及其他有关规定，承担违约责任。\n"
            "2、因乙方提供的手机质量问题引起的纠纷，由乙方负责协助处理，并按《产品质量法》、《消费者权益保护法》等国家"
            "法律法规的规定，承担由此引起的相应责任。",
        ),
    ),
    ClauseDraft(
        "dispute",
        Text("争议解决", "Disputes"),
        ClauseText(
            Heading.BREACH,
            "",
            "发生争议时，甲乙双方协商解决，协商不成的，任何一方可向乙方所在地法院提起诉讼。",
        ),
    ),
    ClauseDraft(
        "effect",
        Text("有效期、份数和生效", "Term, originals and effect"),
        ClauseText(
            Heading.EFFECT,
            "",
            "本协议有效期{term_years}年。到期如无特殊情况，**自动顺延{renewal_years}年**。本协议一式{originals}份，甲、"
            "乙双方各执{originals_per_side}份，自双方法定代表人或授权代表签字并加盖公章之日起生效。协议中所含附件与"
            "本协议具有同等法律效力。",
        ),
    ),
)

#: What the notes of 第二条 and 第三条 ask a campaign to settle (P2-08, P2-23).
CAMPAIGN_CLAUSES: tuple[ClauseDraft, ...] = (
    ClauseDraft(
        "prepay_return",
        Text("预存返还", "Return of the prepayment"),
        ClauseText(
            Heading.USE,
            "",
            "[[甲方预存话费{prepayment}元，自入网次月起分{months}个月每月返还{monthly_return}元，当月未用完的可以结转。]]"
            "返还的话费不可提取现金，每月{return_day}日前到账。",
        ),
        (
            ClauseParameter(
                "return_day",
                ClauseParameterKind.WHOLE,
                Text("返还到账日", "Day of the month of return"),
                Text("日", ""),
                "5",
                Decimal(1),
                Decimal(28),
            ),
        ),
    ),
    ClauseDraft(
        "special_discount",
        Text("特殊优惠", "Special discount"),
        ClauseText(
            Heading.USE,
            "",
            "乙方在协议有效期内给予甲方：{special_discount}。优惠只适用于本协议附件所列号码。",
        ),
        (
            ClauseParameter(
                "special_discount",
                ClauseParameterKind.TEXT,
                Text("特殊优惠内容", "What the discount is"),
            ),
        ),
    ),
    ClauseDraft(
        "handset_return",
        Text("合约期内退机", "Handset given back early"),
        ClauseText(
            Heading.BREACH,
            "合约期内退机",
            "甲方在合约期内退还乙方提供的终端的，每台须**支付违约款{return_penalty}元**，尚未返还的预存话费按约定继续返还。",
        ),
        (
            ClauseParameter(
                "return_penalty",
                ClauseParameterKind.AMOUNT,
                Text("退机违约款", "Penalty for giving the handset back"),
                _YUAN,
                "300.00",
                Decimal(0),
                Decimal("99999.99"),
            ),
        ),
    ),
    ClauseDraft(
        "handset_fault",
        Text("终端故障解决办法", "Faults of the handset"),
        ClauseText(
            Heading.BREACH,
            "终端故障解决办法",
            "乙方提供的终端自签收之日起{replacement_days}天内发生性能故障的，甲方可以选择换货或者修理；此后在三包有效期内由"
            "{service_point}负责修理。",
        ),
        (
            ClauseParameter(
                "replacement_days",
                ClauseParameterKind.WHOLE,
                Text("换货期限", "Days for replacement"),
                _DAYS,
                "15",
                Decimal(7),
                Decimal(90),
            ),
            ClauseParameter(
                "service_point",
                ClauseParameterKind.TEXT,
                Text("维修点", "Who repairs"),
                default="终端生产企业的特约维修点",
            ),
        ),
    ),
)

INSTALLED_CLAUSES = (*AGREEMENT_CLAUSES, *CAMPAIGN_CLAUSES)

#: Codes of the templates that come with the program, with their titles and the codes of their clauses in order.
TEMPLATES: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    (
        STANDARD_TEMPLATE,
        Text("集团客户入网协议", "Group-customer network agreement"),
        tuple(clause.code for clause in AGREEMENT_CLAUSES),
    ),
    (
        "handset_campaign",
        Text("集团客户入网协议（终端营销活动）", "Group-customer network agreement, handset campaign"),
        (
            *("premium_prepayment", "no_refund", "data_cap", "video_call", "prepay_return"),
            *("customer_breach", "handset_return", "operator_breach", "handset_fault", "dispute", "effect"),
        ),
    ),
)
#: On whose word the installed templates stand.
REFERENCE = "篇2 集团客户入网协议"
