import pytest
from lint_checks import test_layout

TAGGED = '@tagged("post_install", "-at_install")\n'
METHOD = "    def test_a(self):\n        pass\n"
GOOD = f"{TAGGED}class TestA(TransactionCase):\n{METHOD}"


def messages(root):
    return [finding.message for finding in test_layout.check(root)]


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        (f"class TestA(TransactionCase):\n{METHOD}", "tag it"),
        (f'@tagged("post_install")\nclass TestA(TransactionCase):\n{METHOD}', "tag it"),
        (f"{TAGGED}class TestA(unittest.TestCase):\n{METHOD}", "derive from"),
        (f"{TAGGED}class TestA:\n{METHOD}", "derive from"),
    ],
)
def test_class_that_odoo_skips_is_found(project, source, remedy):
    files = {"tests/__init__.py": "from . import test_a", "tests/test_a.py": source}
    (message,) = messages(project(files))
    assert remedy in message


@pytest.mark.parametrize("init", ["", "from . import test_b", "from .. import test_a"])
def test_file_that_is_not_imported_is_found(project, init):
    (message,) = messages(project({"tests/__init__.py": init, "tests/test_a.py": GOOD}))
    assert "not imported" in message


@pytest.mark.parametrize("init", ["from . import common, test_a", "from .test_a import TestA"])
def test_tagged_and_imported_test_passes(project, init):
    helper = "class Common(TransactionCase):\n    def helper(self):\n        pass\n"
    files = {
        "tests/__init__.py": init,
        "tests/common.py": helper,
        "tests/test_a.py": f"{helper}\n{GOOD}",
        "tests/core/test_b.py": "def test_b():\n    pass",
    }
    assert not messages(project(files))


def test_core_tests_are_no_package(project):
    assert messages(project({"tests/core/__init__.py": ""}))
