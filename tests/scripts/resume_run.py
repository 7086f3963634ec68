# mypy: ignore-errors
# ruff: noqa: F821
"""Resume the stopped billing run; read by Odoo's shell on stdin."""

env["billing.run"].search([("state", "=", "stopped")]).action_resume()
env.cr.commit()
