from odoo import api, models


class SepaCollectionBatch(models.Model):
    """What a status report of the bank (pain.002) says of files, groups and debits."""

    _inherit = "sepa.collection.batch"

    @api.model
    def _apply_status_report(self, report, company):
        """Undo what the bank has rejected; repeating it does nothing again.

        :param report: ``core.pain002.Report``
        :return: dict: ``batches`` the report is about, ``returns`` that are new, ``known`` number
            of rejected debits that had failed before, ``lost`` references that nobody knows
        """
        mine = self.sudo().search([("company_id", "=", company.id)] + self._get_named(report))
        result = {"batches": mine, "returns": self.env["sepa.return"], "known": 0, "lost": []}
        for level, name, status in report.rejections():
            collections = mine._get_rejected(level, name)
            if not collections:
                result["lost"].append(name or "–")
                continue
            reason = next(iter(status.reasons), "")
            sent = collections.filtered(lambda c: c.state in ("submitted", "settled"))
            result["known"] += len(collections) - len(sent)
            result["returns"] |= sent._fail(reason)
        mine._fail_if_nothing_is_left()
        return result

    @api.model
    def _get_named(self, report):
        """The files that a report names by any of its references, as a domain."""
        groups = [group.status.identifier for group in report.groups if group.status.identifier]
        debits = [d.identifier for group in report.groups for d in group.debits if d.identifier]
        named = [("name", "=", report.file.identifier or False), ("payment_id", "in", groups)]
        return ["|", "|", *named, ("collection_ids.end_to_end_id", "in", debits)]

    def _get_rejected(self, level, name):
        if level == "file":
            return self.filtered(lambda b: b.name == name).collection_ids
        if level == "group":
            return self.filtered(lambda b: b.payment_id == name).collection_ids
        return self.collection_ids.filtered(lambda c: c.end_to_end_id == name)

    def _fail_if_nothing_is_left(self):
        for batch in self.filtered(lambda b: b.state == "submitted"):
            if set(batch.collection_ids.mapped("state")) == {"failed"}:
                batch._set_state("failed")
