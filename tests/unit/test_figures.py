"""Every chart at both widths: nothing cut, nothing overlapping, no empty panel, whatever the folder holds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.report import canvas, figures, stored
from sim.report.canvas import Chart, Sheet
from tests.unit import fake_results
from tests.unit.fake_results import Plan

LONG = "A rather long label that nobody shortened before it was exported from the old telephone system"
HOSTILE = "<script>$x^2$</script> =1+1 \u202eabc\u200f"
FOLDERS = {
    "two arms": Plan(replications=12),
    "three arms": Plan(arms=dict(fake_results.ARMS), replications=5),
    "identical arms": Plan(effects={}),
    "no bot, one segment, two tiers, closed night": Plan(
        bot=False, segments={"all": "All"}, tiers=(1, 2), closed=(0, 1, 30, 31, 32, 33)
    ),
    "one intent": Plan(intents={"only": "Only"}),
    "forty long intents": Plan(intents={f"i{k}": f"{k} {LONG}" for k in range(40)}, replications=5, intervals=4),
    "four replications, five days": Plan(replications=4, days=5),
    "round the clock": Plan(intervals=48, replications=5),
    "hostile": Plan(arms={"a": HOSTILE, "b": LONG + LONG, "c": "W" * 80}, intents={"x": HOSTILE, "y": "M" * 90}),
    "one arm": Plan(arms={"today": "Today"}, kind="run"),
}


class Drawn(NamedTuple):
    """A chart and its sheets, drawn once for all tests."""

    chart: Chart
    sheets: dict[float, Sheet]


@pytest.fixture(scope="module", params=FOLDERS)
def charts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Drawn]:
    folder = fake_results.write(tmp_path_factory.mktemp("figures") / "f", FOLDERS[request.param])
    found = figures.gather(stored.read(folder))
    strips = (figures.strip(found, arm, k) for k, arm in enumerate(found.stored.others, 1))
    drawn = [*figures.charts(found), *(chart for chart in strips if chart is not None)]
    return [Drawn(chart, {width: chart.draw(width) for width in (canvas.WIDE, canvas.NARROW)}) for chart in drawn]


def _boxes(sheet: Sheet) -> Iterator[tuple[Text, Bbox]]:
    drawer = FigureCanvasAgg(sheet.figure)
    drawer.draw()
    hidden = set(_ticks_outside(sheet))
    for text in sheet.figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text not in hidden:
            yield text, text.get_window_extent(drawer.get_renderer())


def _ticks_outside(sheet: Sheet) -> Iterator[Text]:
    """Matplotlib keeps labels of ticks beyond the limits; they are never drawn."""
    for axes in sheet.figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    yield tick.label1


def problems(sheet: Sheet) -> list[str]:
    """What is cut by the figure's edge, and which texts overlap."""
    found = []
    with canvas.quiet():
        boxes = list(_boxes(sheet))
    whole = sheet.figure.bbox
    for text, box in boxes:
        if box.x0 < -1 or box.y0 < -1 or box.x1 > whole.x1 + 1 or box.y1 > whole.y1 + 1:
            found.append(f"cut: {text.get_text()!r}")
    for (one, first), (two, second) in itertools.combinations(boxes, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0)
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        if wide > 1 and high > 3:  # points: descenders may touch the line below
            found.append(f"overlap: {one.get_text()!r} and {two.get_text()!r}")
    return found


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_no_text_is_cut_and_no_two_texts_overlap(charts: list[Drawn], width: float) -> None:
    assert {one.chart.name: found for one in charts if (found := problems(one.sheets[width]))} == {}


def test_every_chart_has_a_finding_and_words_for_those_who_cannot_see(charts: list[Drawn]) -> None:
    for chart, _ in charts:
        assert len(chart.alternative) > 20
        assert chart.name.startswith("card-") or all(line.endswith(".") for line in chart.finding.splitlines())
        assert "nan" not in (chart.finding + chart.alternative + chart.note).lower().split()


def test_no_panel_is_empty(charts: list[Drawn]) -> None:
    for chart, sheets in charts:
        for axes in sheets[canvas.WIDE].figure.axes:
            assert axes.lines or axes.collections, chart.name


def test_a_planted_overlap_and_a_planted_cut_are_found() -> None:
    sheet = Sheet(3.0, 1.0, "")
    sheet.text(0.1, 0.5, "one thing")
    sheet.text(0.3, 0.5, "another thing")
    sheet.text(2.9, 0.9, "beyond the edge")
    assert [problem.split(":")[0] for problem in problems(sheet)] == ["cut", "overlap"]


def test_mathematics_is_not_typeset_in_labels() -> None:
    with canvas.quiet():
        sheet = Sheet(3.0, 1.0, "$x^2$")
        sheet.text(0.1, 0.5, "$\\frac{1}{2}$ and $")
    drawn = [text for text in sheet.figure.texts]
    assert [text.get_text() for text in drawn] == ["$x^2$", "$\\frac{1}{2}$ and $"]
    assert not any(text.get_parse_math() for text in drawn)
    canvas.svg(sheet)


def test_one_sheet_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    found = figures.gather(stored.read(fake_results.write(tmp_path / "a")))
    chart = figures.charts(found)[0]
    assert canvas.svg(chart.draw(canvas.WIDE)) == canvas.svg(chart.draw(canvas.WIDE))
    assert canvas.png(chart.draw(canvas.WIDE)) == canvas.png(chart.draw(canvas.WIDE))


def test_arms_differ_by_more_than_colour() -> None:
    looks = [canvas.look(k, "x") for k in range(7)]
    assert len({(look.marker) for look in looks}) == len({look.dash for look in looks}) == 7


@pytest.mark.parametrize("width", [0.3, 1.0, 2.0])
def test_wrapped_lines_fit_and_what_is_left_out_shows(width: float) -> None:
    lines = canvas.wrap(LONG, width, most=2)
    assert len(lines) <= 2
    assert all(canvas.text_width(line) <= width for line in lines)
    assert lines[-1].endswith("…")


def test_a_share_and_a_time_never_share_a_scale(tmp_path: Path) -> None:
    found = figures.gather(stored.read(fake_results.write(tmp_path / "a")))
    panels = figures._by_unit(found, figures.order(found))
    for panel in panels:
        assert len({found.scales[k].axis for k in found.scales if any(r.label == found.stored.kpis[k].title
                    for r in panel.rows)}) == 1  # fmt: skip
    assert panels[0].rows[0].strong


def test_a_guardrails_margin_is_drawn_on_its_bad_side(tmp_path: Path) -> None:
    found = figures.gather(stored.read(fake_results.write(tmp_path / "a")))
    kpi = found.stored.kpis["abandonment"]
    row = figures._kpi_row(found, kpi)
    assert (row.margin, row.better) == (0.01, "lower")
    assert math.isnan(figures._kpi_row(found, found.stored.kpis["aht"]).margin)


def test_without_a_limit_wrapping_loses_no_word() -> None:
    assert " ".join(canvas.wrap(LONG, 2.0)) == LONG
