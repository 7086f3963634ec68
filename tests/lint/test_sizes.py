from lint_checks import sizes


def function(lines, docstring=0):
    body = ['    """Say.', *["    more"] * docstring, '    """'] if docstring else []
    return "\n".join(["def f():", *body, *["    x = 1"] * (lines - 1)])


def test_long_file_is_found(project):
    assert not sizes.check(project({"models/a.py": "x = 1\n" * 400}))
    assert sizes.check(project({"models/a.py": "x = 1\n" * 401}))
    assert not sizes.check(project({"models/a.py": "", "views/a.xml": "\n" * 600}))
    assert sizes.check(project({"views/a.xml": "\n" * 601}))


def test_data_may_be_long(project):
    assert not sizes.check(project({"data/a.xml": "\n" * 700}))


def test_long_function_is_found(project):
    assert not sizes.check(project({"models/a.py": function(60)}))
    assert sizes.check(project({"models/a.py": function(61)}))


def test_docstring_does_not_count(project):
    assert not sizes.check(project({"models/a.py": function(60, docstring=30)}))
