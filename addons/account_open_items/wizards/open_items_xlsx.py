import io

import xlsxwriter

WIDTHS = {"char": 22, "many2one": 28, "date": 12, "monetary": 14, "integer": 8, "boolean": 8}
COLUMNS = (
    "partner_id",
    "move_id",
    "reference",
    "account_id",
    "business_unit_id",
    "date",
    "date_due",
    "days_overdue",
    "ageing",
    "amount",
    "residual",
    "residual_currency",
    "currency_id",
    "limitation_date",
    "is_doubtful",
)


def write_xlsx(wizard):
    """Return the items and the check of a day as bytes of a spreadsheet."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "constant_memory": True})
    formats = {
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "monetary": book.add_format({"num_format": "#,##0.00"}),
        "head": book.add_format({"bold": True}),
    }
    items = wizard._get_items()
    rows = items.read(COLUMNS)
    _write_sheet(book, formats, wizard.env._("Open items"), items, COLUMNS, rows)
    checks = wizard.check_ids
    columns = ("account_id", "balance", "customers", "no_partner", "year_end", "hidden", "rest")
    names = [check.account_id.display_name for check in checks]
    rows = [
        {**{name: check[name] for name in columns[1:]}, "account_id": (0, account)}
        for check, account in zip(checks, names, strict=True)
    ]
    _write_sheet(book, formats, wizard.env._("Check"), checks, columns, rows)
    book.close()
    return output.getvalue()


def _write_sheet(book, formats, title, model, columns, rows):
    sheet = book.add_worksheet(title)
    kinds = {name: model._fields[name].type for name in columns}
    labels = model.fields_get(columns, ["string"])
    for number, name in enumerate(columns):
        kind = kinds[name]
        sheet.set_column(number, number, WIDTHS[kind], formats.get(kind))
        sheet.write_string(0, number, labels[name]["string"], formats["head"])
    for line, row in enumerate(rows, 1):
        for number, name in enumerate(columns):
            _write_cell(sheet, line, number, row[name], kinds[name], formats)


def _write_cell(sheet, line, number, value, kind, formats):
    # As text and never as a formula, whatever a customer is called.
    if kind == "boolean":
        sheet.write_string(line, number, "x" if value else "")
    elif value is False or value is None:
        return
    elif kind == "date":
        sheet.write_datetime(line, number, value, formats["date"])
    elif kind == "many2one":
        sheet.write_string(line, number, value[1])
    elif kind in ("monetary", "integer"):
        sheet.write_number(line, number, value, formats.get(kind))
    else:
        sheet.write_string(line, number, value)
