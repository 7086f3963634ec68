from lint_checks import manifests


def messages(root):
    return [finding.message for finding in manifests.check(root)]


def test_what_is_listed_exists_and_the_reverse(project):
    manifest = '{"version": "19.0.1.0.0", "data": ["views/a.xml"], "demo": ["demo/b.xml"]}'
    files = {"__manifest__.py": manifest, "views/a.xml": "<odoo/>", "demo/b.xml": "<odoo/>"}
    assert not messages(project(files))


def test_missing_file_is_found(project):
    manifest = '{"version": "19.0.1.0.0", "data": ["views/a.xml"]}'
    (message,) = messages(project({"__manifest__.py": manifest}))
    assert "does not exist" in message


def test_forgotten_file_is_found(project):
    (message,) = messages(project({"views/a.xml": "<odoo/>"}))
    assert "never loaded" in message


def test_asset_without_file_is_found(project):
    manifest = '{"version": "19.0.1.0.0", "assets": {"b": ["sepa_debit/static/src/**/*.js"]}}'
    assert messages(project({"__manifest__.py": manifest}))
    assert not messages(project({"__manifest__.py": manifest, "static/src/x/a.js": ""}))


def test_version_of_another_series_is_found(project):
    assert messages(project({"__manifest__.py": '{"version": "18.0.1.0.0"}'}))
