from psycopg2 import sql


def insert_rows(model, values):
    """Insert rows without the machinery of ``create``, in a fraction of its time for thousands.

    Only for models without stored computed fields, checks in Python or overrides of ``create``;
    values are complete and as the table takes them.

    :param model: recordset whose table and user count
    :param values: dicts with the same keys, in the same order
    :return: ids in the order of ``values``
    """
    if not values:
        return []
    # What was written before must not meet the rows in a unique index.
    model.env.flush_all()
    names = list(values[0])
    query = sql.SQL("INSERT INTO {} ({}) VALUES %s RETURNING id").format(
        sql.Identifier(model._table),
        sql.SQL(", ").join(
            map(sql.Identifier, [*names, "create_uid", "write_uid", "create_date", "write_date"])
        ),
    )
    cr = model.env.cr
    # When the transaction began, as the ORM stamps its rows.
    stamp = (model.env.uid, model.env.uid, cr.now(), cr.now())
    rows = cr.execute_values(
        query,
        [(*(row[name] for name in names), *stamp) for row in values],
        page_size=1000,
        fetch=True,
    )
    return [row_id for (row_id,) in rows]
