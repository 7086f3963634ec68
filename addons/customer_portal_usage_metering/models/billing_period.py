import csv
import io
import json
import tempfile

import pytz

from odoo import models
from odoo.tools import SQL

BATCH = 5000
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BillingPeriod(models.Model):
    """The events of a billed period, for the customer."""

    _inherit = "billing.period"

    def _write_usage_csv(self):
        """The events that count for the period, in the order of time.

        :return: a binary file at its beginning; memory stays flat whatever its size
        """
        self.ensure_one()
        zone = self.subscription_id._get_usage_zone()
        file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        rows = csv.writer(text)
        rows.writerow(
            [
                self.env._("Time"),
                self.env._("Quantity"),
                self.env._("Value"),
                self.env._("Properties"),
                self.env._("Key"),
            ]
        )
        self.env.cr.execute(self._get_usage_query())
        while batch := self.env.cr.fetchmany(BATCH):
            for at, quantity, value, properties, key in batch:
                time = pytz.utc.localize(at).astimezone(zone).isoformat()
                facts = json.dumps(properties, ensure_ascii=False) if properties else ""
                rows.writerow([time, quantity, *map(_as_text, (value, facts, key))])
        text.detach()
        file.seek(0)
        return file

    def _get_usage_query(self):
        return SQL(
            """
            SELECT at, quantity::text, value, properties, key
              FROM usage_event_store
             WHERE subscription_id = %s AND id IN (%s)
             ORDER BY at, id
            """,
            self.subscription_id.id,
            self.env["usage.rating"]._select_counted(self) or SQL("NULL"),
        )


def _as_text(cell):
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell and cell.startswith(FORMULA) else cell or ""
