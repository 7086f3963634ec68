# mypy: ignore-errors
# ruff: noqa: F821
"""Debits of the demo company: mandates, a file that was collected, and what came back of it."""

from datetime import timedelta

from odoo import Command

from odoo.addons.sepa_debit.core.calendar import next_target_day

BANK_CODE = "37040044"


def german_iban(number):
    """An IBAN with right check digits; 131400 stands for DE00."""
    body = f"{BANK_CODE}{number:010d}"
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"


def create_creditor(company):
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    method = env["account.payment.method.line"].create(
        {
            "payment_method_id": env.ref("sepa_debit.payment_method_sepa_debit").id,
            "journal_id": journal.id,
        }
    )
    charges = env["account.account"].search(
        [("code", "=like", "497%"), ("company_ids", "in", company.id)], limit=1
    ) or env["account.account"].search(
        [("account_type", "=", "expense"), ("company_ids", "in", company.id)], limit=1
    )
    creditor = env["sepa.creditor"].create(
        {
            "name": "Nordlicht Cloud GmbH",
            "identifier": "DE98ZZZ09999999999",
            "journal_id": journal.id,
            "company_id": company.id,
            "charge_account_id": charges.id,
        }
    )
    return creditor, method


def create_mandate(creditor, partner, number, today, **values):
    account = env["res.partner.bank"].create(
        {"acc_number": german_iban(number), "partner_id": partner.id}
    )
    return env["sepa.mandate"].create(
        {
            "creditor_id": creditor.id,
            "partner_id": partner.id,
            "partner_bank_id": account.id,
            "signed_on": today - timedelta(days=200),
            **values,
        }
    )


def create_invoice(company, partner, method, today, amount):
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "company_id": company.id,
            "invoice_date": today - timedelta(days=26),
            "invoice_date_due": today - timedelta(days=12),
            "invoice_payment_term_id": False,
            "preferred_payment_method_line_id": method.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Hosting",
                        "price_unit": amount,
                        "tax_ids": env.ref(f"account.{company.id}_tax_ust_19_skr03").ids,
                    }
                )
            ],
        }
    )
    move.action_post()
    return move


def collect(creditor, invoices, today):
    """A file of the past: what a sandbox does not send is taken as sent."""
    day = next_target_day(today - timedelta(days=12))
    collections = invoices.line_ids.sepa_collection_ids
    collections.write({"collect_on": day})
    collections._take_notice()
    collections.write({"told_on": day - timedelta(days=14)})
    batch = env["sepa.collection.batch"]._create_file(creditor, "CORE", "RCUR", day)
    batch._take(collections)
    batch._set_state("written")
    batch._set_state("submitted", submitted_on=day - timedelta(days=2))
    collections._set_state("submitted")
    collections.mandate_id.write({"last_presented_on": day})
    batch._book_all()
    return batch


def entry(amount, day, details, codes, reference):
    family, kind = codes
    sign = "DBIT" if amount < 0 else "CRDT"
    return (
        f'<Ntry><Amt Ccy="EUR">{abs(amount):.2f}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd>"
        f"<SubFmlyCd>{kind}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def returned(collection, reason, charges=3.0):
    return (
        f"<TxDtls><Refs><EndToEndId>{collection.end_to_end_id}</EndToEndId>"
        f"<MndtId>{collection.mandate_id.name}</MndtId></Refs>"
        f'<Amt Ccy="EUR">{collection.amount + charges:.2f}</Amt><AmtDtls><InstdAmt>'
        f'<Amt Ccy="EUR">{collection.amount:.2f}</Amt></InstdAmt></AmtDtls><Chrgs><Rcrd>'
        f'<Amt Ccy="EUR">{charges:.2f}</Amt></Rcrd></Chrgs><RtrInf><Rsn><Cd>{reason}</Cd></Rsn>'
        f"</RtrInf></TxDtls>"
    )


def statement(batch, returns):
    """What the bank says: the total of the file, then the debits that came back."""
    iban = batch.creditor_id.journal_id.bank_account_id.sanitized_acc_number
    day = batch.collect_on
    later = next_target_day(day + timedelta(days=3))
    group = f"<Btch><PmtInfId>{batch.payment_id}</PmtInfId></Btch>"
    entries = [entry(batch.amount, day, group, ("RDDT", "PMDD"), "C1")]
    total = batch.amount
    for collection, reason in returns:
        amount = collection.amount + 3.0
        total -= amount
        entries.append(
            entry(
                -amount, later, returned(collection, reason), ("IDDT", "UPDD"), f"R{collection.id}"
            )
        )
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount:.2f}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{later}</Dt></Dt></Bal>"
        for code, amount in (("OPBD", 12000), ("CLBD", 12000 + total))
    )
    return (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>DEMO</MsgId></GrpHdr><Stmt><Id>DEMO-1</Id>"
        f"<LglSeqNb>1</LglSeqNb><CreDtTm>{later}T20:00:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN>"
        f"</Id><Ccy>EUR</Ccy></Acct>{balances}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


company = env.company
today = company._get_billing_today()
creditor, method = create_creditor(company)
contracts = env["billing.subscription"].search([("company_id", "=", company.id)], order="id")
debtors = contracts.partner_id.commercial_partner_id[:9]
mandates = env["sepa.mandate"]
for number, partner in enumerate(debtors, 532013001):
    mandates |= create_mandate(creditor, partner, number, today)
mandates[:-1].action_activate()
for mandate in mandates:
    mine = contracts.filtered(
        lambda c, owner=mandate.partner_id: c._get_payer().commercial_partner_id == owner
    )
    mine.sepa_mandate_id = mandate
invoices = env["account.move"]
for number, mandate in enumerate(mandates[:6]):
    invoices |= create_invoice(company, mandate.partner_id, method, today, 49.0 + 20 * number)
batch = collect(creditor, invoices, today)
returns = list(zip(batch.collection_ids.sorted("id")[:3], ("MS03", "AC04", "MD06"), strict=True))
env["bank.statement.import"]._take_in("kontoauszug.xml", statement(batch, returns), company)
env.cr.commit()
