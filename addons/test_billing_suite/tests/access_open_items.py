"""One of everything of open items, for the tests of access."""


def plant_open_items(env, world, contract, day):
    """A reason and a year-end of the company, and a statement of the customer."""
    env = env(su=True)
    company = contract.company_id
    accounts = env["account.account"].with_company(company)
    domain = [*accounts._check_company_domain(company), ("account_type", "=", "expense")]
    account = accounts.search(domain, limit=1)
    env["account.open.item.reason"].create(
        {"name": f"CFG-{world}", "company_id": company.id, "account_id": account.id}
    )
    year_ends = env["account.open.item.year.end"].with_company(company)
    year_end = year_ends.create({"company_id": company.id, "date": day})
    year_end.action_preview()
    env["account.customer.statement"].create(
        {
            "partner_id": contract.partner_id.id,
            "company_id": company.id,
            "business_unit_id": contract.business_unit_id.id,
            "date_to": day,
        }
    ).message_post(body=f"DOC-{world}")
