from . import test_open_items, test_statement, test_write_off
