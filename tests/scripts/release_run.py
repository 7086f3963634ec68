# mypy: ignore-errors
# ruff: noqa: F821
"""Release a billing run as a person does; read by Odoo's shell on stdin."""

env.company.billing_release = "manual"
env["billing.run"].with_user(env.ref("base.user_admin")).release({})
env.cr.commit()
