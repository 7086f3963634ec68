"""One of everything of dunning, for the tests of access."""

from datetime import timedelta

from odoo import Command


def plant_dunning(env, world, contract, day):
    """Dun an invoice of a contract's customer, with charges, a hold and a plan.

    :param date day: the invoice was due a month before it
    """
    env = env(su=True)
    company, partner = contract.company_id, contract.partner_id
    _plant_policy(env, world, company)
    move = _plant_invoice(env, world, contract, day - timedelta(days=30))
    owner = {"company_id": company.id, "partner_id": partner.id}
    runs = env["dunning.run"].with_context(billing_one_transaction=True)
    runs._run_dunning(company, day)
    case = move.dunning_case_ids
    assert case.level_number == 1, "the sandbox delivers by itself"
    notice = case.notice_line_ids.notice_id
    claim = env["dunning.claim"].create(notice._prepare_claim_values("fee", case, 1.0))
    claim._post()
    env["dunning.hold"].create(
        {
            **owner,
            "move_id": move.id,
            "reason": f"DOC-{world}",
            "end_date": day + timedelta(days=9),
        }
    )
    env["dunning.instalment.plan"].create(
        {
            **owner,
            "currency_id": move.currency_id.id,
            "line_ids": [Command.set(case.line_id.ids)],
            "instalment_ids": [Command.create({"date": day, "amount": 1.0})],
        }
    )


def _plant_policy(env, world, company):
    level = {"name": f"CFG-{world}", "days": 7, "action": "task"}
    env["dunning.policy"].create(
        {
            "name": f"CFG-{world}",
            "company_id": company.id,
            "is_automatic": True,
            "level_ids": [Command.create(level)],
        }
    )
    first = max(env["dunning.base.rate"].search([]).mapped("valid_from"))
    env["dunning.base.rate"].create({"valid_from": first + timedelta(days=1), "percent": 1.0})


def _plant_invoice(env, world, contract, day):
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": contract.partner_id.id,
            "company_id": contract.company_id.id,
            "business_unit_id": contract.business_unit_id.id,
            "invoice_date": day,
            "invoice_date_due": day,
            "ref": f"DOC-{world}",
            "invoice_line_ids": [
                Command.create({"name": f"DOC-{world}", "price_unit": 200.0, "tax_ids": []})
            ],
        }
    )
    move._post(soft=False)
    return move
