"""Set up and run everything the project needs, with nothing but the standard library.

Each module ensures one thing and does nothing when it is already there:
``debian`` (Odoo, browser, PDF engine), ``virtualenv``, ``node``, ``postgres``, ``databases``.
"""
