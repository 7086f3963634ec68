"""A headless Chromium that logs in to Odoo and takes pictures of pages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
                  "--disable-background-networking", "--disable-component-update"]  # fmt: skip


@contextlib.contextmanager
def browser_page(language: str = "en-US", width: int = 1280, height: int = 900) -> Iterator[Page]:
    """A page in a fresh browser context; the system's Chromium is used."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        try:
            context = browser.new_context(
                locale=language, viewport={"width": width, "height": height}
            )
            yield context.new_page()
        finally:
            browser.close()


def log_in(page: Page, address: str, login: str, password: str, language: str = "") -> None:
    """Log in through Odoo's own form; choose the language as the user's preferences would."""
    page.goto(f"{address}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/web/login" not in url)
    if language:
        _set_language(page, address, language)


def _set_language(page: Page, address: str, language: str) -> None:
    session = page.request.post(f"{address}/web/session/get_session_info", data={"params": {}})
    user_id = session.json()["result"]["uid"]
    call = {
        "model": "res.users",
        "method": "write",
        "args": [[user_id], {"lang": language}],
        "kwargs": {},
    }
    answer = page.request.post(f"{address}/web/dataset/call_kw", data={"params": call})
    if "error" in answer.json():
        raise RuntimeError(answer.text())


def picture(page: Page, path: Path) -> None:
    """Save a picture of the visible part, images and fonts loaded.

    Odoo keeps a connection open for its bus, so there is no quiet network to wait for.
    """
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(700)
    page.screenshot(path=str(path))
