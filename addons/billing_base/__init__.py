from . import controllers, core, models, report, wizards
