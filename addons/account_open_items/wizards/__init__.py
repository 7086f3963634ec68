from . import account_open_item_change, account_open_item_show
