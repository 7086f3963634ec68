from datetime import datetime, timedelta

from odoo import api, models

from ..core.ingestion import Rejection, Target
from .usage_rating import to_utc

MAX_ID = 2**31


class UsageEvent(models.Model):
    """Contracts and meters as events name them."""

    _inherit = "usage.event"

    @api.model
    def _find_targets(self, company, pairs):
        """Look up contracts and meters, whatever their number in a handful of queries.

        :param pairs: set of (number or id of a contract, code of a meter)
        :return: dict of pair to ``core.ingestion.Target``, or to the ``Rejection`` of its events
        """
        contracts = self._find_contracts(company, {contract for contract, _meter in pairs})
        used = self._find_used_meters(contracts.values(), company)
        known = self._find_known_codes(company, {meter for _contract, meter in pairs})
        clocks = self._find_clock_dates(company)
        spans = {
            contract: self._get_usage_span(contract, company, clocks)
            for contract in set(contracts.values())
        }
        return {
            (name, code): self._get_target(contracts.get(name), name, code, used, known, spans)
            for name, code in pairs
        }

    def _get_target(self, contract, name, code, used, known, spans):
        if not contract:
            return Rejection("contract_unknown", "contract", contract=name)
        if contract.state == "draft":
            return Rejection("contract_draft", "contract", contract=contract.name)
        if code not in known:
            return Rejection("meter_unknown", "meter", meter=code)
        meter_id = used.get((contract.id, code))
        if not meter_id:
            return Rejection("meter_not_used", "meter", contract=contract.name, meter=code)
        return Target(contract.id, meter_id, *spans[contract])

    def _find_contracts(self, company, names):
        """Contracts the user may see, by the name that was asked for."""
        ids = [name for name in names if isinstance(name, int) and 0 < name < MAX_ID]
        numbers = [name for name in names if isinstance(name, str) and name not in ("", "/")]
        found = self.env["billing.subscription"].search_fetch(
            [
                ("company_id", "=", company.id),
                "|",
                ("id", "in", ids),
                ("name", "in", numbers),
            ],
            ["name", "state", "start_date", "end_date", "partner_id"],
        )
        asked = set(names)
        by_name = {contract.name: contract for contract in found if contract.name in asked}
        return by_name | {contract.id: contract for contract in found if contract.id in asked}

    def _find_used_meters(self, contracts, company):
        """Meters of the contracts' lines, ended ones too: dict of (contract id, code) to id."""
        lines = (
            self.env["billing.subscription.line"]
            .sudo()
            .search_fetch(
                [
                    ("subscription_id", "in", [contract.id for contract in contracts]),
                    ("charge_id.meter_id", "!=", False),
                ],
                ["subscription_id", "charge_id"],
            )
        )
        meters = {}
        for line in lines:
            meter = line.charge_id.meter_id
            pair = (line.subscription_id.id, meter.code)
            # A code of the company goes before the same code of a parent or of all.
            if pair not in meters or meter.company_id == company:
                meters[pair] = meter.id
        return meters

    def _find_known_codes(self, company, codes):
        meters = self.env["usage.meter"].sudo().with_context(active_test=False)
        domain = [("code", "in", list(codes)), ("company_id", "parent_of", company.ids)]
        shared = [("code", "in", list(codes)), ("company_id", "=", False)]
        found = meters.search_fetch(domain, ["code"]) + meters.search_fetch(shared, ["code"])
        return set(found.mapped("code"))

    def _find_clock_dates(self, company):
        """Dates of customers with a test clock, by their commercial partner's id."""
        if not company.sudo().is_billing_sandbox:
            return {}
        clocks = self.env["billing.test.clock"].sudo().search([("company_id", "=", company.id)])
        return {clock.partner_id.id: clock.date for clock in clocks}

    def _get_usage_span(self, contract, company, clocks):
        """First moment, end, and latest moment (only with a test clock) of usage, in UTC."""
        zone = contract._get_usage_zone()
        today = clocks.get(contract.sudo().partner_id.commercial_partner_id.id)
        end = contract.end_date
        return (
            to_utc(contract.start_date, zone),
            to_utc(end, zone) if end else datetime.max,
            to_utc(today + timedelta(days=1), zone) if today else None,
        )
