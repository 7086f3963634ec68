from . import test_open_items, test_write_off
