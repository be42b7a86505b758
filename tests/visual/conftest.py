"""A real browser for the tests of this folder. Where there is none they skip, and say what would bring one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium, driven by Selenium."""
    selenium = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install .[test]")
    from selenium.webdriver.chrome.service import Service

    found, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if found is None or driver is None:
        pytest.skip("no Chromium with its driver here; on Debian: apt install chromium chromium-driver")
    options = selenium.ChromeOptions()
    options.binary_location = found
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    ):  # fmt: skip
        options.add_argument(argument)
    made = selenium.Chrome(options=options, service=Service(driver))
    made.set_page_load_timeout(60)
    yield made
    made.quit()
