"""One of everything of direct debits, for the tests of access."""


def plant_debits(env, world, contract):
    """Create a creditor, mandate, collection, its return, file and item left out of a contract."""
    company, unit, partner = contract.company_id, contract.business_unit_id, contract.partner_id
    env = env(su=True)
    item = contract.period_ids.invoice_line_id.move_id.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )[:1]
    owners = {"company_id": company.id, "business_unit_id": unit.id}
    creditor = env["sepa.creditor"].create(
        {
            **owners,
            "name": f"DOC-{world}",
            "identifier": "DE98ZZZ09999999999",
            "journal_id": env["account.journal"]
            .search([("company_id", "parent_of", company.id), ("type", "=", "bank")], limit=1)
            .id,
        }
    )
    account = env["res.partner.bank"].create(
        {"acc_number": "DE89370400440532013000", "partner_id": partner.id}
    )
    # Odoo logs the new account on its owner, whom units and companies share.
    (partner.message_ids | account.message_ids).unlink()
    mandate = env["sepa.mandate"].create(
        {
            "name": f"DOC-{world}",
            "partner_id": partner.id,
            "partner_bank_id": account.id,
            "creditor_id": creditor.id,
        }
    )
    batch = env["sepa.collection.batch"].create(
        {
            "creditor_id": creditor.id,
            "scheme": "CORE",
            "sequence_type": "RCUR",
            "collect_on": contract.start_date,
        }
    )
    amounts = {"partner_id": partner.id, "currency_id": item.currency_id.id, "amount": 1.0}
    collection = env["sepa.collection"].create(
        {
            **owners,
            **amounts,
            "move_line_id": item.id,
            "move_id": item.move_id.id,
            "mandate_id": mandate.id,
            "creditor_id": creditor.id,
            "collect_on": contract.start_date,
            "batch_id": batch.id,
            "problem": f"DOC-{world}",
            "state": "cancelled",
        }
    )
    returned = {"collection_id": collection.id, "kind": "returned", "reason_code": f"DOC-{world}"}
    env["sepa.return"].create({**returned, "returned_on": contract.start_date})
    env["sepa.exclusion"].create(
        {**owners, **amounts, "move_line_id": item.id, "code": f"DOC-{world}"}
    )
