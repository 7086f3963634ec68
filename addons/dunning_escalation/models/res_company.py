from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.interest import DayCount
from ..core.overdue import MarkError, parse_marks

# Interest income in the German charts SKR 03 and SKR 04.
INTEREST_ACCOUNTS = ("2650", "7110")
FEE_ACCOUNTS = ("2700", "4830")


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_marks = fields.Char(
        "Overdue Facts After Days",
        default="1, 7, 14, 30, 60, 90",
        help="After how many days the fact “invoice overdue” is recorded, once for each number.",
    )
    dunning_journal_id = fields.Many2one(
        "account.journal",
        "Journal for Dunning Charges",
        check_company=True,
        domain="[('type', '=', 'sale')]",
        help="Interest, fees and lump sums are documents of their own, with numbers of their own.",
    )
    dunning_interest_account_id = fields.Many2one(
        "account.account", "Account for Default Interest", check_company=True
    )
    dunning_fee_account_id = fields.Many2one(
        "account.account", "Account for Dunning Fees", check_company=True
    )
    dunning_lump_sum = fields.Monetary(
        "Lump Sum", default=40.0, help="From businesses, once per claim (§ 288 (5) BGB)."
    )
    dunning_consumer_fee_cap = fields.Monetary(
        "Highest Fee for Consumers",
        help="Courts allow material cost only: paper, print and postage of a letter, nothing for "
        "an email.",
    )
    dunning_day_count = fields.Selection(
        [
            (DayCount.ACT_365.value, "365 days a year"),
            (DayCount.ACT_ACT.value, "Days of the calendar year"),
        ],
        "Interest per Day",
        default=DayCount.ACT_365.value,
        required=True,
    )

    @api.constrains("dunning_marks")
    def _check_dunning_marks(self):
        for company in self:
            try:
                parse_marks(company.dunning_marks or "")
            except MarkError as error:
                raise ValidationError(
                    self.env._(
                        "Overdue Facts After Days: “%s” is no list of days. Enter whole numbers "
                        "above zero, separated by commas, such as 1, 7, 14.",
                        error.text,
                    )
                ) from error

    def _get_dunning_marks(self):
        self.ensure_one()
        return parse_marks(self.dunning_marks or "")

    # === WHERE CHARGES ARE BOOKED === #

    def _get_dunning_journal(self):
        """The journal of dunning charges, made when missing.

        :raise UserError: when the company has no chart of accounts yet
        """
        self.ensure_one()
        if self.dunning_journal_id:
            return self.dunning_journal_id
        journals = self.env["account.journal"]
        sales = journals.search(
            Domain(journals._check_company_domain(self)) & Domain("type", "=", "sale"), limit=1
        )
        if not sales:
            raise UserError(
                self.env._(
                    "%s has no sales journal yet. Install its chart of accounts first, or choose "
                    "the journal for dunning charges in the settings.",
                    self.display_name,
                )
            )
        self.dunning_journal_id = self.env["account.journal"].create(
            {
                "name": self.env._("Dunning Charges"),
                "code": self._get_free_journal_code(),
                "type": "sale",
                "company_id": self.id,
                "default_account_id": sales.default_account_id.id,
            }
        )
        return self.dunning_journal_id

    def _get_free_journal_code(self):
        taken = set(
            self.env["account.journal"]
            .with_context(active_test=False)
            .search([("company_id", "parent_of", self.id)])
            .mapped("code")
        )
        return next(
            code for code in ("DUN", *(f"DUN{n}" for n in range(1, 99))) if code not in taken
        )

    def _get_dunning_account(self, kind):
        """The account of a kind of charge: as chosen, else the usual one of the chart.

        :param str kind: "interest", "fee" or "lump_sum"
        """
        self.ensure_one()
        name = "dunning_interest_account_id" if kind == "interest" else "dunning_fee_account_id"
        codes = INTEREST_ACCOUNTS if kind == "interest" else FEE_ACCOUNTS
        return (
            self[name]
            or self._find_income_account(codes)
            or self._get_dunning_journal().default_account_id
        )

    def _find_income_account(self, codes):
        accounts = self.env["account.account"].with_company(self)
        own = Domain(accounts._check_company_domain(self))
        income = Domain("account_type", "in", ("income", "income_other"))
        for code in codes:
            found = accounts.search(own & income & Domain("code", "=like", f"{code}%"), limit=1)
            if found:
                return found
        return accounts
