import pytest
from lint_checks import machine_paths

# Put together here, so that this file does not contain what the check looks for.
SLASH = "/"


@pytest.fixture
def hosts(monkeypatch):
    monkeypatch.setattr(machine_paths, "registry_hosts", lambda: {"registry.example.org"})


def messages(root, text):
    (root / "notes.md").write_text(text, "utf-8")
    return [finding.message for finding in machine_paths.check(root)]


@pytest.mark.usefixtures("hosts")
@pytest.mark.parametrize("folder", ["work", "root", "home/jane"])
@pytest.mark.parametrize("before", ["", "see ", '"', "="])
def test_absolute_path_is_found(tmp_path, folder, before):
    (message,) = messages(tmp_path, f"{before}{SLASH}{folder}{SLASH}x")
    assert "path" in message


@pytest.mark.usefixtures("hosts")
@pytest.mark.parametrize(
    "text",
    [f"docs{SLASH}work{SLASH}x", f"$HOME{SLASH}work{SLASH}x", f"{SLASH}my{SLASH}home", "work/"],
)
def test_relative_path_passes(tmp_path, text):
    assert not messages(tmp_path, text)


@pytest.mark.usefixtures("hosts")
def test_registry_host_is_found_and_not_repeated(tmp_path):
    (message,) = messages(tmp_path, "index = https://registry.example.org/simple")
    assert "example" not in message
    assert not messages(tmp_path, "https://example.org/")


@pytest.mark.usefixtures("hosts")
def test_binary_files_are_left_alone(tmp_path):
    (tmp_path / "logo.png").write_bytes(f"\0{SLASH}root{SLASH}x".encode())
    assert not machine_paths.check(tmp_path)


def test_hosts_come_from_the_tools_settings(monkeypatch):
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://jane:secret@wheels.example.org/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "http://localhost:8080/ http://127.0.0.1/")
    hosts = machine_paths.registry_hosts()
    assert "wheels.example.org" in hosts
    assert not {"localhost", "127.0.0.1"} & hosts
