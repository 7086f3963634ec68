from . import (
    account_move_line,
    account_open_item,
    billing_work_list,
    res_company,
    res_config_settings,
)
