from datetime import datetime

from odoo import models


class UsageEvent(models.AbstractModel):
    _name = "usage.event"
    _description = "tmp"

    def init(self):
        self.env.cr.execute("""
        CREATE SEQUENCE IF NOT EXISTS usage_event_id_seq;
        CREATE TABLE IF NOT EXISTS usage_event_store(id bigint NOT NULL DEFAULT nextval('usage_event_id_seq'), company_id int NOT NULL, meter_id int NOT NULL, subscription_id int NOT NULL, at timestamp NOT NULL, received_at timestamp NOT NULL, quantity numeric NOT NULL, value text, properties jsonb, key text NOT NULL);
        CREATE TABLE IF NOT EXISTS usage_event_mark(subscription_id int NOT NULL, meter_id int NOT NULL, first_at timestamp NOT NULL);
        CREATE TABLE IF NOT EXISTS usage_event_cancellation(event_id bigint PRIMARY KEY, company_id int, key text, meter_id int, subscription_id int, at timestamp, cancelled_at timestamp, reason text, user_id int, replaced_by text);
        """)

    def _ingest_here(self, events):
        import json
        from decimal import Decimal

        for e in events:
            c = self.env["billing.subscription"].browse(e["contract"])
            m = self.env["usage.meter"].search([("code", "=", e["meter"])])
            at = datetime.fromisoformat(e["at"])
            self.env.cr.execute(
                "INSERT INTO usage_event_store(company_id,meter_id,subscription_id,at,received_at,quantity,value,properties,key) VALUES (%s,%s,%s,%s,now(),%s,%s,%s,%s)",
                (
                    c.company_id.id,
                    m.id,
                    c.id,
                    at,
                    Decimal(str(e["quantity"])),
                    e.get("value"),
                    json.dumps(e.get("properties") or {}),
                    e["key"],
                ),
            )
            self.env.cr.execute("INSERT INTO usage_event_mark VALUES (%s,%s,%s)", (c.id, m.id, at))
        return [{"status": "accepted"} for e in events]

    def _cancel_here(self, keys, reason):
        for k in keys:
            self.env.cr.execute(
                "INSERT INTO usage_event_cancellation SELECT id,company_id,key,meter_id,subscription_id,at,now(),%s,%s,null FROM usage_event_store WHERE key=%s",
                (reason, self.env.uid, k),
            )
            self.env.cr.execute(
                "INSERT INTO usage_event_mark SELECT subscription_id, meter_id, at FROM usage_event_store WHERE key=%s",
                (k,),
            )
