# mypy: ignore-errors
# Read by Odoo's shell on stdin: a copy of the template then serves its first page at once.
env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821
env.cr.commit()  # noqa: F821
