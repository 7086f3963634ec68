from . import (
    account_customer_statement,
    account_move,
    account_move_line,
    account_open_item,
    account_open_item_entry,
    account_open_item_reason,
    account_open_item_year_end,
    billing_work_list,
    res_company,
    res_config_settings,
)
