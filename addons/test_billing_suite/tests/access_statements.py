"""One of everything of bank statements, for the tests of access."""


def plant_statement(env, world, company, today):
    """Create an imported file with a bank entry, its payment and a proposal.

    Not part of the stock: the entry belongs to the company, so its units may see it.

    :return: dict of model name -> ids
    """
    env, name = env(su=True), f"CFG-{world}"
    record = env["bank.statement.import"].create({"name": name, "company_id": company.id})
    journal = {"name": name, "code": f"B{world}", "type": "bank", "company_id": company.id}
    journal = env["account.journal"].create(journal)
    line = {"journal_id": journal.id, "date": today, "amount": 1.0, "payment_ref": name}
    line = env["account.bank.statement.line"].create({**line, "import_id": record.id})
    detail = {"import_id": record.id, "line_id": line.id, "currency_id": line.currency_id.id}
    detail = env["bank.statement.detail"].create(detail)
    proposal = env["bank.statement.proposal"].create({"line_id": line.id, "reason": "amount"})
    env.flush_all()
    return {planted._name: set(planted.ids) for planted in (record, detail, proposal)}
