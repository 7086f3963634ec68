from . import models, wizards


def uninstall_hook(env):
    """Drop the tables that Odoo does not know of."""
    models.usage_event_store.drop_tables(env.cr)
