"""Pages as a reader sees them in a real browser, at a desk and on a phone: nothing overlaps, is cut, or is too pale."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.report import overview, page, swept
from tests.unit import fake_results
from tests.unit.fake_results import Plan
from tests.unit.test_report_sweep import GRIDS
from tests.unit.test_report_sweep import folder as fake_sweep

LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")
DESK, PHONE = (1280, 900), (360, 740)
LONG = "Quality-informed routing of high-risk contacts to the agents with the steadiest measured resolution"
PLANS = {
    "a comparison": Plan(replications=5, intervals=8),
    "long words everywhere": Plan(
        arms={"a": LONG, "b": f"{LONG}, and eight more agents at the peak", "c": "x" * 60},
        intents={"a": LONG, "b": "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenbestellung"},
        question=f"{LONG}: does it pay?",
        replications=5,
        intervals=8,
        tiers=(1,),
    ),
}

Shown = Callable[[Path, tuple[int, int]], list[str]]
OPEN = "for (const one of document.querySelectorAll('details')) one.open = true;"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("pages")
    made = {name: page.write(fake_results.write(root / f"p{k}", plan)) for k, (name, plan) in enumerate(PLANS.items())}
    made |= {name: swept.write(fake_sweep(root / name, grid)) for name, grid in GRIDS.items()}
    return made | {"an overview": overview.write([root / "p0", root / "p1"], root / overview.NAME)}


@pytest.fixture(scope="module")
def shown(browser: Any) -> Shown:
    """What is wrong with a page in a window of this size, in CSS pixels."""

    def problems(path: Path, size: tuple[int, int]) -> list[str]:
        width, height = size
        view = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)
        browser.get(path.as_uri())
        closed: list[str] = browser.execute_script(LOOK)
        browser.execute_script(OPEN)
        opened: list[str] = browser.execute_script(LOOK)
        return list(dict.fromkeys([*closed, *opened]))

    return problems


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", [*PLANS, *GRIDS, "an overview"])
def test_nothing_on_the_page_overlaps_or_is_cut_or_too_pale(
    shown: Shown, pages: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    assert shown(pages[name], size) == []


FAULTS = {
    "overlap": '<p style="margin:0">One line</p><p style="margin:-1em 0 0">Another line</p>',
    "outside": '<p style="position:absolute;left:95vw;white-space:nowrap">Far beyond the edge of it</p>',
    "cut": '<p style="width:3em;overflow:hidden;white-space:nowrap">Longer than its room</p>',
    "pale": '<p style="color:#aaa">Hardly to be read</p>',
    "no picture": '<img src="data:image/png;base64,AAAA" alt="A picture that is none">',
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(shown: Shown, tmp_path: Path, fault: str) -> None:
    path = tmp_path / "planted.html"
    path.write_text(f"<!DOCTYPE html><title>x</title><p>All is well here.</p>{FAULTS[fault]}", encoding="utf-8")
    assert any(problem.startswith(fault) for problem in shown(path, DESK))
    path.write_text("<!DOCTYPE html><title>x</title><p>All is well here.</p>", encoding="utf-8")
    assert shown(path, DESK) == []


def test_the_page_prints_without_losing_anything(browser: Any, pages: dict[str, Path]) -> None:
    """As PDF: by the browser's own print, A4."""
    import base64

    browser.get(pages["a comparison"].as_uri())
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert printed.startswith(b"%PDF") and printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") >= 1


def test_a_link_to_a_definition_opens_the_appendix(browser: Any, pages: dict[str, Path]) -> None:
    browser.get(pages["a comparison"].as_uri())
    assert browser.execute_script("return document.querySelector('#appendix').open") is False
    browser.execute_script("document.querySelector('.card a.num').click()")
    assert browser.execute_script("return document.querySelector('#appendix').open") is True


def test_print_opens_what_is_closed(browser: Any, pages: dict[str, Path]) -> None:
    seen = "return document.querySelector('#appendix table').checkVisibility()"
    browser.get(pages["a comparison"].as_uri())
    assert browser.execute_script(seen) is False
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert browser.execute_script(seen) is True
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
