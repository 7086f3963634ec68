import base64
import csv
from collections import Counter, deque
from io import StringIO

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..core.event_csv import FileProblem, read_events

SHOWN = 100
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@")


class UsageImport(models.TransientModel):
    """Usage from a file, taken in as it is by the API."""

    _name = "usage.import"
    _description = "Import Usage"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    state = fields.Selection([("file", "File"), ("done", "Done")], default="file")
    file = fields.Binary(string="CSV File", attachment=False)
    file_name = fields.Char()
    decimals = fields.Selection(
        [("point", "1234.5"), ("comma", "1.234,5")],
        string="Quantities Are Written",
        default="point",
        required=True,
    )
    accepted_count = fields.Integer(string="Accepted", readonly=True)
    duplicate_count = fields.Integer(
        string="Received Before",
        readonly=True,
        help="Events with keys that are known already; nothing was counted again.",
    )
    rejected_count = fields.Integer(string="Rejected", readonly=True)
    line_ids = fields.One2many("usage.import.line", "import_id", readonly=True)
    rejected_file = fields.Binary(string="Rejected Lines", readonly=True, attachment=False)
    rejected_name = fields.Char(readonly=True)

    def action_import(self):
        """Take in the events of the file and show what became of them."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("CSV File: choose a file first."))
        counts, rejected = self._import(base64.b64decode(self.file))
        self.write(
            {
                "state": "done",
                "file": False,
                "accepted_count": counts["accepted"],
                "duplicate_count": counts["duplicate"],
                "rejected_count": len(rejected),
                "line_ids": [Command.clear(), *map(self._prepare_line, rejected[:SHOWN])],
                "rejected_file": rejected and base64.b64encode(self._write_rejected(rejected)),
                "rejected_name": self.env._("rejected usage.csv"),
            }
        )
        return self._open()

    def action_again(self):
        """Choose another file."""
        self.ensure_one()
        self.write({"state": "file", "line_ids": [Command.clear()], "rejected_file": False})
        return self._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Usage"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _import(self, content):
        """Take in a file, chunk by chunk.

        :return: counts by status, and the rejected lines as (line, key, reason) in order
        """
        events = self.env["usage.event"]
        lines, rejected, counts = deque(), [], Counter()

        def read():
            for row in self._read(content):
                if row.problem:
                    reason = events._get_rejection_message(row.problem)
                    rejected.append((row.line, row.event.get("key"), reason))
                else:
                    lines.append(row.line)
                    yield row.event

        for results in events._ingest_parts(read(), self.company_id):
            for result in results:
                line = lines.popleft()
                counts[result["status"]] += 1
                if result["status"] == "rejected":
                    rejected.append((line, result["key"], result["message"]))
        return counts, sorted(rejected, key=lambda row: row[0])

    def _read(self, content):
        try:
            return read_events(content, self.decimals == "comma")
        except FileProblem as problem:
            raise UserError(self._get_file_message(problem)) from problem

    def _get_file_message(self, problem):
        names = ", ".join(problem.columns)
        texts = {
            "encoding": lambda: self.env._(
                "CSV File: not encoded as UTF-8. Choose this encoding when you save the file."
            ),
            "empty": lambda: self.env._(
                "CSV File: no header found. The first line must name the columns, as in the "
                "template."
            ),
            "columns": lambda: self.env._(
                "CSV File: columns %s are missing. Name them in the first line, as in the "
                "template.",
                names,
            ),
            "repeated": lambda: self.env._(
                "CSV File: columns %s are there twice. Give each column a name of its own.", names
            ),
        }
        return texts[problem.code]()

    @api.model
    def _prepare_line(self, rejected):
        line, key, message = rejected
        return Command.create({"line_number": line, "key": key, "message": message})

    @api.model
    def _write_rejected(self, rejected):
        """The rejected lines as a file for a spreadsheet."""
        out = StringIO()
        writer = csv.writer(out, delimiter=";")
        writer.writerow([self.env._("Line"), "key", self.env._("Reason")])
        for line, key, message in rejected:
            key = key or ""
            writer.writerow([line, f"'{key}" if key.startswith(FORMULA) else key, message])
        return out.getvalue().encode("utf-8-sig")


class UsageImportLine(models.TransientModel):
    """A line of a file that was not accepted."""

    _name = "usage.import.line"
    _description = "Rejected Line of a Usage File"
    _order = "line_number, id"

    import_id = fields.Many2one("usage.import", required=True, ondelete="cascade", index=True)
    line_number = fields.Integer(string="Line")
    key = fields.Char()
    message = fields.Char(string="Reason")
