"""Random documents, made in two ways, and what there is to compare between them."""

import random

from odoo import Command, fields

from .common import SubscriptionBillingCommon

# Different by nature between two documents of the same contents.
OWN_VALUES = {
    "access_token",
    "create_date",
    "create_uid",
    "id",
    "made_sequence_gap",
    "sequence_number",
    "write_date",
    "write_uid",
}


class InvoiceItemsCommon(SubscriptionBillingCommon):
    """Taxes, terms, currencies and customers of all kinds, and documents that mix them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.setup_other_currency(
            "EUR", rates=[("1900-01-01", 1.0), ("2025-01-01", 1.7356)]
        )
        cls.taxes = cls._create_taxes()
        cls.positions = cls._create_fiscal_positions()
        cls.terms = cls._create_terms()
        cls.products = cls.service | cls._create_service(
            "Two taxes", taxes_id=[Command.set((cls.taxes[0] | cls.taxes[2]).ids)]
        )
        cls.analytic = cls._create_analytic_accounts()
        cls.customers = cls._create_customers()

    @classmethod
    def _create_taxes(cls):
        """A tax of each kind Odoo knows how to compute, with accounts and tags."""
        tag = cls.env["account.account.tag"].create(
            {"name": "box 1", "applicability": "taxes", "country_id": cls.company.country_id.id}
        )
        account = cls.company_data["default_account_tax_sale"]
        other = cls.copy_account(account)

        def split(*shares):
            tagged = {"tag_ids": [Command.set(tag.ids)]}
            parts = [{"repartition_type": "base", **tagged}]
            parts += [
                {
                    "repartition_type": "tax",
                    "factor_percent": share,
                    "account_id": target.id,
                    **tagged,
                }
                for share, target in shares
            ]
            commands = [Command.clear(), *map(Command.create, parts)]
            return {
                "invoice_repartition_line_ids": commands,
                "refund_repartition_line_ids": commands,
            }

        waiting = cls.copy_account(account, default={"reconcile": True})
        included = {"price_include_override": "tax_included"}
        later = {
            "tax_exigibility": "on_payment",
            "cash_basis_transition_account_id": waiting.id,
        }
        children = cls._create_tax(8.0) | cls._create_tax(1.5, sequence=99)
        return cls.env["account.tax"].concat(
            cls._create_tax(19.0, **split((100, account))),
            cls._create_tax(7.0, **split((60, account), (40, other))),
            cls._create_tax(5.5, analytic=True),
            cls._create_tax(19.0, **included),
            cls._create_tax(10.0, include_base_amount=True, sequence=1, **included),
            cls._create_tax(0.0),
            cls._create_tax(20.0, **split((100, account), (-100, other))),
            cls._create_tax(12.0, amount_type="division"),
            cls._create_tax(1.17, amount_type="fixed"),
            cls._create_tax(0.0, amount_type="group", children_tax_ids=children.ids),
            cls._create_tax(3.0, **later),
        )

    @classmethod
    def _create_tax(cls, amount, **values):
        values = {"amount_type": "percent", "amount": amount, **values}
        name = f"{values['amount_type']} {amount} {len(values)} {values.get('sequence', 0)}"
        return cls.env["account.tax"].create({"name": name, **values})

    @classmethod
    def _create_fiscal_positions(cls):
        """One without taxes, one that maps the tax of the product to another one."""
        positions = cls.env["account.fiscal.position"].create(
            [{"name": "No tax"}, {"name": "Other tax"}]
        )
        cls._create_tax(
            4.0,
            fiscal_position_ids=[Command.set(positions[1].ids)],
            original_tax_ids=[Command.set(cls.company_data["default_tax_sale"].ids)],
        )
        return positions

    @classmethod
    def _create_terms(cls):
        """Net, instalments of two kinds, then two with an early payment discount."""

        def line(amount, days, value="percent"):
            return Command.create({"value": value, "value_amount": amount, "nb_days": days})

        def early(kind):
            return {
                "early_discount": True,
                "discount_days": 10,
                "discount_percentage": 2,
                "early_pay_discount_computation": kind,
                "line_ids": [line(100, 30)],
            }

        terms = [
            {"line_ids": [line(100, 30)]},
            {"line_ids": [line(30, 0), line(33.33, 30), line(36.67, 60)]},
            {"line_ids": [line(10, 5, "fixed"), line(50, 30), line(50, 60)]},
            early("included"),
            early("mixed"),
        ]
        return cls.env["account.payment.term"].create(
            [{"name": f"Terms {number}", **term} for number, term in enumerate(terms)]
        )

    @classmethod
    def _create_analytic_accounts(cls):
        plan = cls.env["account.analytic.plan"].create({"name": "Plan"})
        return cls.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("one", "two")]
        )

    @classmethod
    def _create_customers(cls):
        firm = cls.env["res.partner"].create({"name": "Firm", "is_company": True})
        return firm | cls.env["res.partner"].create(
            [
                {"name": "Contact", "parent_id": firm.id},
                {"name": "Mapped", "property_account_position_id": cls.positions[1].id},
                {"name": "Terms", "property_payment_term_id": cls.terms[1].id},
                {"name": "Plain"},
            ]
        )

    # === RANDOM VALUES === #

    @classmethod
    def _get_random_documents(cls, seed, count):
        chance = random.Random(seed)
        return [cls._prepare_random_document(chance) for _number in range(count)]

    @classmethod
    def _prepare_random_document(cls, chance):
        values = {
            "move_type": chance.choice(["out_invoice"] * 3 + ["out_refund"]),
            "company_id": cls.company.id,
            "partner_id": chance.choice(cls.customers).id,
            "currency_id": chance.choice(cls.company.currency_id | cls.foreign).id,
            "invoice_date": fields.Date.add(cls._day("2025-01-31"), days=chance.randrange(300)),
            "invoice_origin": "S1",
            "invoice_line_ids": [
                Command.create(cls._prepare_random_line(chance))
                for _number in range(chance.randint(1, 6))
            ],
        }
        if chance.random() < 0.5:
            values["invoice_payment_term_id"] = chance.choice(cls.terms).id
            if values["invoice_payment_term_id"] == cls.terms[-1].id:
                # Odoo itself may fail to balance "mixed" discounts in a foreign currency.
                values["currency_id"] = cls.company.currency_id.id
        elif not cls.customers.browse(values["partner_id"]).property_payment_term_id:
            # As in a run: without both Odoo takes the real date, on drafts beside it as well.
            values["invoice_date_due"] = fields.Date.add(values["invoice_date"], days=7)
        if chance.random() < 0.2:
            values["fiscal_position_id"] = chance.choice(cls.positions).id
        return values

    @classmethod
    def _prepare_random_line(cls, chance):
        if chance.random() < 0.1:
            kind = chance.choice(["line_note", "line_section", "line_subsection"])
            return {"display_type": kind, "name": "Note"}
        values = {
            "name": "Line",
            "quantity": chance.choice([1, 1, -1, round(chance.uniform(0.01, 30), 2)]),
            "price_unit": round(chance.uniform(0, 300), 2),
        }
        if chance.random() < 0.5:
            values["product_id"] = chance.choice(cls.products).id
        else:
            # Without one Odoo takes what is frequent for the customer, which changes meanwhile.
            values["account_id"] = cls.company_data["default_account_revenue"].id
            taxes = chance.sample(list(cls.taxes), chance.randint(0, 3))
            values["tax_ids"] = [Command.set([tax.id for tax in taxes])]
        if chance.random() < 0.3:
            one, two = map(str, cls.analytic.ids)
            values["analytic_distribution"] = chance.choice(
                [{one: 100}, {one: 33.33, two: 66.67}, {f"{one},{two}": 50}]
            )
        if chance.random() < 0.1:
            values["discount"] = 12.5
        return values

    # === COMPARING === #

    def _get_snapshots(self, moves):
        """All stored values of documents and their items, read back from the database."""
        self.env.flush_all()
        self.env.invalidate_all()
        return [
            [self._get_values(record, move) for record in (move, *move.line_ids.sorted("id"))]
            for move in moves
        ]

    def _get_values(self, record, move):
        return {
            name: self._get_value(record[name], field, move)
            for name, field in record._fields.items()
            if field.store and field.column_type and name not in OWN_VALUES
        } | {
            name: record[name].ids
            for name, field in record._fields.items()
            if field.store and field.type == "many2many" and name != "matched_payment_ids"
        }

    def _get_value(self, value, field, move):
        if field.type == "many2one":
            own = {"account.move", "account.move.line", "account.full.reconcile"}
            return bool(value) if field.comodel_name in own else value.id
        if field.name == "matching_number":
            return bool(value)
        if field.type in ("char", "text", "html") and value and move.name:
            return value.replace(move.name, "NUMBER")
        return value

    def assertSameDocuments(self, found, expected):
        """Both hold the same, field by field; the first difference is shown."""
        pairs = zip(self._get_snapshots(found), self._get_snapshots(expected), found, strict=True)
        for mine, theirs, move in pairs:
            self.assertEqual(
                [values.get("display_type") for values in mine],
                [values.get("display_type") for values in theirs],
                move.id,
            )
            for values, others in zip(mine, theirs, strict=True):
                different = {
                    name: (values[name], others[name])
                    for name in others
                    if values[name] != others[name]
                }
                self.assertFalse(different, f"{move.id} {others.get('display_type')}")

    def _update_statistics(self):
        """Without them the queries of payments and reconciliations may take seconds each."""
        self.env.flush_all()
        self.env.cr.execute(
            "ANALYZE account_move, account_move_line, account_partial_reconcile, account_account"
        )
