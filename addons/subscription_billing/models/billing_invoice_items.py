from contextlib import ExitStack, contextmanager

from odoo import Command, api, models
from odoo.tools import clean_context, frozendict, str2bool

COMPLETE_PARAMETER = "subscription_billing.complete_items"
# What complete items take the place of. If another module has a say in one of these, it must be
# asked, so every document goes the ordinary way.
REPLACED_METHODS = {
    "account.move": (
        "_get_sync_stack",
        "_recompute_cash_rounding_lines",
        "_sync_dynamic_line",
        "_sync_dynamic_lines",
        "_sync_invoice",
        "_sync_non_deductible_base_lines",
        "_sync_rounding_lines",
        "_sync_tax_lines",
        "_sync_unbalanced_lines",
    ),
    "account.move.line": (
        "_compute_discount_allocation_needed",
        "_compute_epd_needed",
        "_sync_invoice",
        "write",
    ),
}
KNOWN_MODULES = (
    "odoo.addons.account.",
    "odoo.addons.analytic.",
    "odoo.addons.billing_base.",
    "odoo.orm.",
)
# Values that say what the items are: then there is nothing to complete.
MOVE_ITEM_VALUES = {"line_ids", "tax_totals"}
LINE_ITEM_VALUES = {"amount_currency", "balance", "credit", "debit", "extra_tax_data"}
# What decides about the journal.
JOURNAL_VALUES = ("move_type", "company_id", "currency_id", "business_unit_id")
# Modules whose orders give their analytic distribution to invoice lines, by these fields.
ORDER_MODULES = ("odoo.addons.sale.", "odoo.addons.purchase.")
ORDER_VALUES = {"sale_line_ids", "purchase_line_id"}
PLAIN_LINES = {"product", "line_section", "line_subsection", "line_note"}
KNOWN_TAXES = {"percent", "division", "fixed", "group"}
WITHHELD = "is_withholding_tax_on_payment"


def is_known(model, name, others=()):
    """Whether a method of a model is Odoo's own, overridden by no module we do not know.

    :param others: prefixes of more modules that may override it
    """
    return all(
        vars(kind)[name].__module__.startswith((*KNOWN_MODULES, *others))
        for kind in type(model).mro()
        if name in vars(kind)
    )


class AccountMove(models.Model):
    """Invoices of a run, with the journal items of a whole batch made at once.

    Odoo makes tax and payment term items document by document: it notes what there is, lets the
    lines be created, compares, then writes and creates what changed. For a new document nothing
    has to be compared. Here lines are created first, for all documents; then their taxes and terms
    are computed by Odoo's own methods and the items created in two batches.
    """

    _inherit = "account.move"

    @api.model
    def _create_billing_documents(self, values_list):
        """Create draft documents, the same as ``create()`` does, in less time.

        :param list values_list: dicts as for ``create()``, with ``invoice_line_ids``
        :return: the documents, in the order of ``values_list``
        """
        if not (self._is_completing_enabled() and all(map(self._is_to_complete, values_list))):
            return self.create(values_list)
        self._fill_journals(values_list)
        self._fill_analytic_distributions(values_list)
        with self._complete_items_afterwards() as created:
            # Amounts are still zero, there is nothing to convert between currencies.
            lines_alone = self.with_context(skip_invoice_line_sync=True)
            moves = lines_alone.create(values_list).with_env(self.env)
            created(moves, values_list)
        moves.is_manually_modified = False
        return moves

    @contextmanager
    def _complete_items_afterwards(self):
        """Do what ``create()`` does around the creation of records, with our items in the middle.

        Inside, ``create()`` makes lines only, because it finds itself nested in another one. At
        the end Odoo's own synchronisation runs for those documents we do not complete.

        :return: a function to be called with the new documents and their values
        """
        ordinary, everything = {"records": self.browse()}, {"records": self.browse()}
        with (
            self._check_balanced(everything),
            ExitStack() as protection,
            self._sync_dynamic_lines(ordinary),
        ):

            def created(moves, values_list):
                given = [
                    protected
                    for move, values in zip(moves, values_list, strict=True)
                    for protected in self._get_protected_vals(values, move)
                ]
                protection.enter_context(self.env.protecting(given))
                complete = moves.filtered(lambda move: move._can_complete_items())
                complete._complete_items()
                ordinary["records"] = moves - complete
                everything["records"] = moves

            yield created

    # === WHAT CAN BE COMPLETED === #

    @api.model
    def _is_completing_enabled(self):
        """Whether it is switched on and all that is replaced is Odoo's own."""
        parameters = self.env["ir.config_parameter"].sudo()
        return str2bool(parameters.get_param(COMPLETE_PARAMETER, ""), True) and all(
            is_known(self.env[model], name)
            for model, names in REPLACED_METHODS.items()
            for name in names
        )

    @api.model
    def _is_to_complete(self, values):
        """Whether the values leave all items but the invoice lines to Odoo."""
        lines = values.get("invoice_line_ids", ())
        return MOVE_ITEM_VALUES.isdisjoint(values) and all(
            command == Command.CREATE and LINE_ITEM_VALUES.isdisjoint(line)
            for command, _id, line in lines
        )

    def _can_complete_items(self):
        """Whether all items of this new document follow from taxes and payment terms alone."""
        self.ensure_one()
        return (
            self.move_type in ("out_invoice", "out_refund")
            and not self.company_id.account_storno
            and not self.invoice_cash_rounding_id
            and not self.invoice_payment_term_id.early_discount
            and all(line._can_complete_items() for line in self.line_ids)
        )

    # === LOOKED UP ONCE === #
    # Odoo looks these up document by document, whatever is the same for all.

    @api.model
    def _fill_journals(self, values_list):
        """Give each document the journal Odoo would choose, chosen once per kind of document."""
        if not is_known(self, "_search_default_journal"):
            return
        journals = {}
        for values in values_list:
            kind = {name: values[name] for name in JOURNAL_VALUES if name in values}
            key = frozendict(kind)
            if key not in journals:
                journals[key] = self.new(kind)._search_default_journal()
            # A given journal would impose its own currency, a chosen one does not.
            if not journals[key].currency_id:
                values.setdefault("journal_id", journals[key].id)

    @api.model
    def _fill_analytic_distributions(self, values_list):
        """Say that lines have no distribution if there is no rule that could give them one."""
        Line = self.env["account.move.line"]
        rules = self.env["account.analytic.distribution.model"].sudo()
        known = is_known(Line, "_related_analytic_distribution", ORDER_MODULES)
        if not known or rules.search_count([], limit=1):
            return
        for values in values_list:
            for _command, _id, line in values.get("invoice_line_ids", ()):
                if ORDER_VALUES.isdisjoint(line):
                    line.setdefault("analytic_distribution", False)

    # === THE ITEMS === #

    def _complete_items(self):
        """Create tax and payment term items of new documents that have only their lines."""
        # Without defaults of the caller, as Odoo does; amounts come in both currencies.
        Line = self.env["account.move.line"].with_context(
            clean_context(self.env.context), skip_invoice_line_sync=True
        )
        found = [move._prepare_tax_items() for move in self]
        Line._set_base_amounts([update for items in found for update in items["base"]])
        Line.create([values for items in found for values in items["tax"]])
        # Terms share out the total, so they come after the taxes.
        needed = self._sync_dynamic_line_needed_values(self.mapped("needed_terms"))
        Line.create(
            [{**key, **values, "display_type": "payment_term"} for key, values in needed.items()]
        )

    def _prepare_tax_items(self):
        """The amounts of the invoice lines and the values of the tax items, by Odoo's rules.

        :return: dict of ``base``, pairs of line and values, and ``tax``, values to create
        """
        self.ensure_one()
        Tax = self.env["account.tax"]
        base_lines, _none = self._get_rounded_base_and_tax_lines(round_from_tax_lines=False)
        Tax._add_accounting_data_in_base_lines_tax_details(
            base_lines, self.company_id, include_caba_tags=self.always_tax_exigible
        )
        found = Tax._prepare_tax_lines(base_lines, self.company_id)
        return {
            "base": [(base["record"], values) for base, values in found["base_lines_to_update"]],
            "tax": [
                {**values, "display_type": "tax", "move_id": self.id}
                for values in found["tax_lines_to_add"]
            ],
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _can_complete_items(self):
        """Whether nothing but taxes and payment terms follows from this line."""
        self.ensure_one()
        move = self.move_id
        taxes = self.tax_ids.flatten_taxes_hierarchy()
        return (
            self.display_type in PLAIN_LINES
            and not (self.discount and move._get_discount_allocation_account())
            and self.partner_id == move.commercial_partner_id
            and all(tax.amount_type in KNOWN_TAXES for tax in taxes)
            # A field of Odoo's optional module for taxes that are withheld on payment.
            and not any(tax[WITHHELD] for tax in taxes if WITHHELD in tax._fields)
        )

    @api.model
    def _set_base_amounts(self, updates):
        """Set amounts and tags of new invoice lines, without the checks a change would need.

        ``write()`` would look at each line for locks, reconciliations and hashes, which a line
        that was created a moment ago cannot have.

        :param list updates: pairs of line and dict of ``balance``, ``amount_currency`` and
            ``tax_tag_ids``
        """
        names = ["balance", "amount_currency", "tax_tag_ids"]
        lines = self.concat(*[line for line, _values in updates])
        with self.env.protecting([self._fields[name] for name in names], lines):
            by_tags = {}
            for line, values in updates:
                line.balance = values["balance"]
                line.amount_currency = values["amount_currency"]
                [(_set, _id, tag_ids)] = values["tax_tag_ids"]
                by_tags.setdefault(tuple(tag_ids), []).append(line.id)
            for tag_ids, line_ids in by_tags.items():
                self.browse(line_ids).tax_tag_ids = [Command.set(tag_ids)]
        lines.modified(names)
