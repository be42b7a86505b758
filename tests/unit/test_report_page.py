"""The page as a file: well formed, self-contained, every label literal, every number linked, the same bytes again."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sim.report import agents, figures, glance, page, stored
from tests.unit import fake_results
from tests.unit.fake_results import Plan

VOID = {"meta", "img", "br", "source", "link", "hr", "input"}
HOSTILE = {
    "tag": "<script>alert(1)</script>",
    "maths": "$x^2$ and $\\frac{1}{2}$",
    "formula": "=1+1",
    "template": "{{7*7}}{% raw %}",
    "attribute": '" onmouseover="alert(1)',
    "entity": "&lt;b&gt;",
    "marks": "a\u202ebc\u200f",
}


class Tree(HTMLParser):
    """Reads a page: refuses tags that do not nest, keeps elements and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def small(**changes: object) -> Plan:
    """A folder with few rows: what the page says does not need many."""
    few = {"intents": {"a": "Cards", "b": "Loans"}, "replications": 5, "intervals": 4, "tiers": (1,)}
    return Plan(**(few | changes))  # type: ignore[arg-type]


def read(plan: Plan, place: Path) -> Tree:
    return Tree(page.write(fake_results.write(place / "f", plan)).read_text(encoding="utf-8"))


def words_of(folder: Path) -> Tree:
    """The page without its charts, which take most of the time."""
    return Tree(page._render(figures.gather(stored.read(folder)), page.Shown()))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return read(small(arms=dict(fake_results.ARMS)), tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    labels = {f"i{k}": label for k, label in enumerate(HOSTILE.values())}
    plan = small(
        arms={"a": HOSTILE["tag"], "b": HOSTILE["marks"], "c": HOSTILE["maths"]},
        intents=labels,
        title=HOSTILE["attribute"],
        question=" ".join(HOSTILE.values()),
    )
    return read(plan, tmp_path_factory.mktemp("hostile"))


def test_the_page_loads_nothing_from_anywhere(tree: Tree) -> None:
    for _, attributes in tree.elements:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            assert attributes.get(name, "#").startswith(("#", "data:image/svg+xml;base64,"))
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in tree.elements}


def test_the_policy_lets_in_only_the_pages_own_style(tmp_path: Path) -> None:
    text = page.write(fake_results.write(tmp_path / "f", small())).read_text(encoding="utf-8")
    policy = next(m["content"] for m in Tree(text).all("meta") if "http-equiv" in m)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "url(" not in style[1] and "@import" not in style[1]


def test_no_element_carries_a_style_or_a_handler(tree: Tree, hostile: Tree) -> None:
    for one in (tree, hostile):
        for _, attributes in one.elements:
            assert not [name for name in attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("label", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_labels_come_out_literally(hostile: Tree, label: str) -> None:
    assert label in hostile.text


def test_direction_marks_cannot_turn_the_words_around_a_label(hostile: Tree) -> None:
    label = HOSTILE["marks"]
    around = [word for word in hostile.words if label in word and word.strip() != label and "raw" not in word]
    assert around
    assert all(word.count(label) == word.count(f"\u2068{label}\u2069") for word in around)


def test_every_image_has_words(tree: Tree) -> None:
    images = tree.all("img")
    assert len(images) == 8  # a strip for each of two cards, three leading charts, three more
    assert all(len(image["alt"]) > 20 for image in images)


def test_every_number_links_to_a_definition_on_the_page(tree: Tree) -> None:
    places = {attributes["id"] for _, attributes in tree.elements if "id" in attributes}
    links = [a["href"].removeprefix("#") for a in tree.all("a")]
    assert set(links) <= places
    for k, (name, *_rest, definition) in enumerate(fake_results.DEFINITIONS):
        assert f"kpi-{k}-{name}" in links
        assert definition in tree.text


def test_anchors_are_unique(tree: Tree) -> None:
    places = [attributes["id"] for _, attributes in tree.elements if "id" in attributes]
    assert len(places) == len(set(places))


def test_the_decision_stands_before_the_charts_and_the_tables(tree: Tree) -> None:
    text = tree.text
    order = [text.index(x) for x in ("Does routing high-risk", "Ship", "How sure", "All KPIs", "What this rests on")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("ship", "Ship"),
        ("hold", "Hold"),
        ("not settled", "Not settled"),
        ("no difference that matters", "No difference that matters"),
    ],
)
def test_each_verdict_is_said_in_words(tmp_path: Path, verdict: str, words: str) -> None:
    tree = words_of(fake_results.write(tmp_path / "f", small(verdict=verdict)))
    assert words in tree.words
    assert ("24 more replications" in tree.text) == (verdict == "not settled")


def test_what_is_not_defined_is_printed_so_and_never_as_zero(tree: Tree) -> None:
    at = tree.text.index("First-contact resolution (measured)")
    assert tree.text[at : at + 200].count("not defined") >= 3


def test_identical_arms_differ_by_exactly_nothing(tmp_path: Path) -> None:
    text = read(small(effects={}), tmp_path).text
    assert "exactly 0" in text
    assert "No difference that matters" in text
    assert "exactly the same in every replication" in text
    assert "Nobody clearly" in text


def test_a_run_of_one_arm_has_no_decision(tmp_path: Path) -> None:
    tree = read(small(arms={"today": "Today"}, kind="run"), tmp_path)
    assert "Decision" not in {attributes.get("aria-label") for _, attributes in tree.elements}
    assert len(tree.all("img")) == 3
    assert "Difference" not in tree.words


def test_a_partial_experiment_looks_partial_and_gives_no_verdict(tmp_path: Path) -> None:
    folder = fake_results.write(tmp_path / "f", small())
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"replications": 40}))
    (folder / "card.json").unlink()
    text = words_of(folder).text
    assert "5 of 40 replications" in text
    assert "No verdict" in text


def test_few_replications_show_no_interval(tmp_path: Path) -> None:
    text = words_of(fake_results.write(tmp_path / "f", small(replications=3))).text
    assert "no interval" in text
    assert "Too few for an interval" in text


@pytest.mark.parametrize("name", ["flows.csv", "comparison.csv", "card.json", "run.json"])
def test_a_missing_file_leaves_a_gap_and_not_a_failure(tmp_path: Path, name: str) -> None:
    folder = fake_results.write(tmp_path / "f", small())
    (folder / name).unlink()
    assert "All KPIs" in words_of(folder).text


def test_two_writes_give_the_same_bytes(tmp_path: Path) -> None:
    folder = fake_results.write(tmp_path / "f", small())
    page.write(folder)
    first = {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    page.write(folder)
    assert first == {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_charts_lie_beside_the_page_as_vectors_and_pixels(tmp_path: Path) -> None:
    folder = fake_results.write(tmp_path / "f", small())
    page.write(folder)
    names = {path.name for path in (folder / "charts").iterdir()}
    stems = {Path(name).stem for name in names}
    assert names == {f"{stem}.{kind}" for stem in stems for kind in ("svg", "png")}
    assert {"differences", "through-the-day", "occupancy-by-tier", "who-gains-who-pays", "flow"} < stems


def test_a_name_from_the_manifest_cannot_leave_the_folder(tmp_path: Path) -> None:
    folder = fake_results.write(tmp_path / "deep" / "f", small(arms={"a": "A", "../../../x": "B"}))
    page.write(folder)
    outside = {path for path in tmp_path.rglob("*") if path.is_file() and folder not in path.parents}
    assert outside == set()


def test_several_arms_are_told_at_a_glance_before_their_cards(tree: Tree) -> None:
    text = tree.text
    order = [text.index(x) for x in ("At a glance", "Money a month", "What changes", "Appendix for the analyst")]
    assert order == sorted(order)


def test_one_arm_needs_no_table_of_arms(tmp_path: Path) -> None:
    assert "At a glance" not in words_of(fake_results.write(tmp_path / "f", small())).text


def test_money_of_a_month_is_what_the_card_says() -> None:
    effects = [{"name": "waiting", "text": "w"}, {"name": "unit_cost", "text": "u"}, {"name": "spent", "text": "s"}]
    assert [glance.money(effects), glance.money(effects[:2]), glance.money(effects[:1])] == ["s", "u", ""]


def test_the_spread_over_agents_is_of_their_means_and_names_nobody(tmp_path: Path) -> None:
    folder = fake_results.write(tmp_path / "f", small())
    rows = [
        f"{arm},{n},agent:Zebulon-{k},{interval},occupancy,1,1,{value}"
        for arm, top in (("longest_idle", 0.0), ("quality", 0.04))
        for k in range(5)
        for n, noise in ((0, -0.01), (1, 0.01))
        for interval, value in (("total", 0.5 + 0.1 * k + top + noise), ("2003-06-02T07:00:00", 0.0))
    ]
    (folder / "agents.csv").write_text(
        "\n".join(["arm,replication,scope,interval,kpi,numerator,denominator,value", *rows])
    )
    found = figures.gather(stored.read(folder))
    today, new = agents.spreads(folder, found)
    assert (today.agents, today.values[0], today.values[2], today.values[4]) == (
        5,
        "50.0\u202f%",
        "70.0\u202f%",
        "90.0\u202f%",
    )
    assert new.values[2] == "74.0\u202f%"
    text = page._render(found, page.Shown(agents=[today, new]))
    assert "74.0\u202f%" in text and "Zebulon" not in text


def test_agents_are_never_on_the_page(tmp_path: Path) -> None:
    folder = fake_results.write(tmp_path / "f", small())
    (folder / "agents.csv").write_text(
        "arm,replication,scope,interval,kpi,numerator,denominator,value\nquality,0,agent:Zebulon,total,aht,1,1,1\n"
    )
    assert "Zebulon" not in page.write(folder).read_text()
