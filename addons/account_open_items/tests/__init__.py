from . import test_open_items
