# ruff: noqa: F821
"""A file of 600 entries that waits, 60 of them pay invoices; read by Odoo's shell on stdin."""

import base64
from datetime import date

from odoo import Command

IBAN = "DE02300606010002474689"
company = env.company
company.country_id = env.ref("base.de")
env["account.chart.template"].try_loading("de_skr03", company=company, install_demo=False)
env["ir.cron"].search([]).active = False
env.ref("bank_statement_matching.ir_cron_import").active = True
bank = env["account.journal"].search(
    [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
)
bank.bank_account_id = env["res.partner.bank"].create(
    {"acc_number": IBAN, "partner_id": company.partner_id.id}
)
partner = env["res.partner"].create({"name": "Customer"})
line = {"name": "Service", "quantity": 1, "price_unit": 10.0, "tax_ids": [Command.clear()]}
moves = env["account.move"].create(
    [
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": date(2026, 7, 1),
            "invoice_line_ids": [Command.create(line)],
        }
        for _number in range(60)
    ]
)
moves.action_post()
entries = []
for number in range(600):
    text = moves[number // 10].name if number % 10 == 0 else "Same text, other payment"
    entries.append(
        '<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        "<BookgDt><Dt>2026-07-20</Dt></BookgDt><NtryDtls><TxDtls><RmtInf>"
        f"<Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
balances = "".join(
    f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-07-20</Dt></Dt></Bal>"
    for code, amount in (("OPBD", "0.00"), ("CLBD", "6000.00"))
)
content = (
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
    "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id><Acct><Id>"
    f"<IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{''.join(entries)}"
    "</Stmt></BkToCstmrStmt></Document>"
).encode()
env["bank.statement.import"].create(
    {"name": "large.xml", "company_id": company.id, "content": base64.b64encode(content)}
)
env.cr.commit()
