"""The workbook and the checklist: every number is there, no text is a formula, the same folder gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim.report import stored, stress, workbook
from sim.report.stored import Stored
from tests.unit import fake_results
from tests.unit.fake_results import Plan
from tests.unit.test_report_page import HOSTILE

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULA = '=HYPERLINK("http://example.invalid","go")'


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    plan = Plan(
        arms={"a": FORMULA, "b": "@SUM(1+1)*cmd|' /C calc'!A0"},
        intents={"x": HOSTILE["tag"], "y": "-1+1"},
        replications=5,
        intervals=4,
        tiers=(1,),
        title=FORMULA,
        question=" ".join(HOSTILE.values()),
    )
    return stored.read(fake_results.write(tmp_path_factory.mktemp("book") / "f", plan))


def parts(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet(book: bytes, title: str) -> list[list[str]]:
    """The cells of one sheet as text."""
    found = parts(book)
    names = re.findall(r'<sheet name="([^"]+)"', found["xl/workbook.xml"].decode())
    root = ElementTree.fromstring(found[f"xl/worksheets/sheet{names.index(title) + 1}.xml"])
    return [["".join(cell.itertext()) for cell in row.iter(f"{SPACE}c")] for row in root.iter(f"{SPACE}row")]


def test_no_cell_is_a_formula_or_a_link(found: Stored) -> None:
    written = parts(workbook.content(found))
    for name, content in written.items():
        if name.startswith("xl/worksheets/"):
            assert not re.search(rb"<f[ >]|<hyperlink", content), name
    assert FORMULA in {cell for row in sheet(workbook.content(found), "Read me") for cell in row}


def test_every_total_is_there_once_with_its_sums(found: Stored) -> None:
    rows = sheet(workbook.content(found), "Replications")
    head, body = rows[0], rows[1:]
    expected = found.totals[found.totals["scope"] == "all"]
    assert len(body) == len(expected) > 20
    told = {(row[0], row[1], row[2]): row for row in body}
    for row in expected[expected["numerator"].notna()].to_dict("records"):
        cells = told[row["arm"], str(row["replication"]), row["kpi"]]
        assert float(cells[head.index("numerator")]) == pytest.approx(row["numerator"], rel=1e-14)  # 16 digits


def test_sums_are_pooled_over_replications(found: Stored) -> None:
    rows = sheet(workbook.content(found), "KPIs")
    at = {name: place for place, name in enumerate(rows[0])}
    (row,) = [
        row for row in rows[1:] if (row[at["arm"]], row[at["scope"]], row[at["kpi"]]) == ("a", "all", "abandonment")
    ]
    frame = found.totals
    mine = frame[(frame["arm"] == "a") & (frame["scope"] == "all") & (frame["kpi"] == "abandonment")]
    assert float(row[at["denominator"]]) == pytest.approx(mine["denominator"].sum(), rel=1e-12)


def test_intervals_are_pooled_over_replications_and_hold_no_total(found: Stored) -> None:
    head, *body = sheet(workbook.content(found), "Intervals")
    arm, interval, scope, kpi, top = (head.index(name) for name in ("arm", "interval", "scope", "kpi", "numerator"))
    assert {row[interval] for row in body} == set(found.kpi["interval"].astype(str)) - {"total"}
    first = body[0]
    rows = found.kpi.astype({name: str for name in ("arm", "interval", "scope", "kpi")})
    same = (rows["arm"] == first[arm]) & (rows["interval"] == first[interval]) & (rows["kpi"] == first[kpi])
    pooled = rows[same & (rows["scope"] == first[scope])]["numerator"]
    assert len(pooled) == 5 and float(first[top]) == pytest.approx(pooled.sum(), rel=1e-12)


def test_the_first_sheet_says_which_arm_is_the_baseline(found: Stored) -> None:
    said = [(row[0], row[1].partition(":")[0]) for row in sheet(workbook.content(found), "Read me")[1:]]
    assert ("Baseline", found.baseline.name) in said
    assert [name for what, name in said if what == "Arm"] == [arm.name for arm in found.others]


def test_a_number_that_is_not_defined_is_an_empty_cell(found: Stored) -> None:
    content = workbook.content(found)
    assert not re.search(
        r"\b(nan|inf|#NUM!|#DIV/0!)\b", " ".join(" ".join(row) for row in sheet(content, "KPIs")), re.I
    )


def test_the_same_folder_gives_the_same_bytes(found: Stored) -> None:
    assert workbook.content(found) == workbook.content(found)


def test_the_checklist_answers_every_item(found: Stored) -> None:
    rows = [line for line in stress.text(found).splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert len(rows) == len(stress.ITEMS) == 24
    assert all(len(line.split(" | ", 1)[1].strip(" |")) > 10 for line in rows)


def test_the_checklist_shows_hostile_words_as_they_stand(found: Stored) -> None:
    told = stress.text(found)
    assert "<script>" not in told and r"\<script\>" in told
    assert told.count("\n| 1.1 ") == 1  # no label begins a row of its own


def test_a_folder_with_a_page_has_both(tmp_path: Path) -> None:
    from sim.report import page

    folder = fake_results.write(tmp_path / "f", Plan(intents={"a": "A"}, replications=5, intervals=4, tiers=(1,)))
    page.write(folder)
    assert (folder / workbook.NAME).read_bytes() == workbook.content(stored.read(folder))
    assert (folder / stress.NAME).read_text(encoding="utf-8") == stress.text(stored.read(folder))
