"""The report in headless Chromium: every figure is drawn, and nothing is asked of a network."""

from __future__ import annotations

import html.parser
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from convflow.tools.classifier.report import write_report
from tests.tools.classifier.report import contents

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1200,4000",
)  # fmt: skip
WAIT = 120.0

# Added to the page under test alone: what the browser made of each figure, as JSON in the page's title.
MEASURE = """<script>window.addEventListener("load", () => {
  const seen = e => { const box = e.getBoundingClientRect(); return box.width + box.height > 0; };
  const marks = svg => [...svg.querySelectorAll("[id*=line2d] path, [id*=line2d] use, image")].filter(seen).length;
  const found = {
    images: [...document.images].map(
      i => ({name: i.alt, width: i.naturalWidth, shown: i.getBoundingClientRect().width})),
    drawings: [...document.querySelectorAll("svg[role=img]")].map(
      s => ({name: s.id, width: s.getBBox().width, height: s.getBBox().height, marks: marks(s)})),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    sections: [...document.querySelectorAll("section")].map(s => s.id),
  };
  document.title = "FOUND" + JSON.stringify(found) + "END";
});</script>"""


@pytest.fixture
def measured(tmp_path: Path) -> Any:
    """What the browser finds on a page."""

    def measure(page: str) -> Any:
        path = tmp_path / "measured.html"
        path.write_text(page.replace("</body>", f"{MEASURE}</body>"))
        done = subprocess.run(
            [str(BROWSER), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", path.as_uri()],
            capture_output=True, text=True, timeout=WAIT, check=True,
        )  # fmt: skip
        found = re.search(r"FOUND(.*?)END", done.stdout, re.DOTALL)
        if found is None:
            pytest.fail(f"the page did not load: {done.stdout[:500]}")
        return json.loads(html.unescape(found[1]))

    return measure


DRAWINGS = ["loss-curve", "accuracy-curve", "learning-rate", "confusion-counts", "confusion-by-row", "roc",
            "precision-recall"]  # fmt: skip
SECTIONS = ["curves", "diagnosis", "confusion", "ranking", "classes", "mistakes", "filters", "maps", "settings"]
OF_A_TABLE = [name for name in SECTIONS if name not in ("filters", "maps")]


@pytest.mark.skipif(BROWSER is None, reason="no chromium to look with: apt-get install chromium")
@pytest.mark.parametrize(
    ("changes", "drawings", "sections"),
    [
        ({}, DRAWINGS, SECTIONS),
        ({"classes": 3, "shape": None}, DRAWINGS, OF_A_TABLE),
        (
            {"classes": 100, "examples": 900, "shape": (200, 240, 3), "absent": (3,)},
            [name for name in DRAWINGS if name != "confusion-counts"],
            SECTIONS,
        ),
        ({"classes": 2, "epochs": 1}, DRAWINGS, SECTIONS),
    ],
    ids=["pictures", "table", "hundred classes", "one epoch"],
)
def test_every_figure_is_drawn(
    measured: Any, tmp_path: Path, changes: Any, drawings: list[str], sections: list[str]
) -> None:
    write_report(tmp_path / "report.html", contents.make(**changes))
    found = measured((tmp_path / "report.html").read_text())
    assert [each["name"] for each in found["drawings"]] == drawings
    assert found["sections"] == sections
    for each in found["drawings"]:
        assert each["width"] > 100 and each["height"] > 100 and each["marks"] > 0, each
    assert bool(found["images"]) == ("maps" in sections)
    for each in found["images"]:
        assert each["width"] > 0 and each["shown"] > 5, each
    assert found["overflow"] == 0


class _Addresses(html.parser.HTMLParser):
    """Everything that an element of a page would load, and the elements' names."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.identifiers: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "data")]
        self.identifiers += [value or "" for name, value in attrs if name == "id"]


def test_it_holds_all_it_shows(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", contents.make())
    page = (tmp_path / "report.html").read_text()
    found = _Addresses()
    found.feed(page)
    assert {address.partition(":")[0] if not address.startswith("#") else "#" for address in found.addresses} == {
        "#",
        "data",
    }
    assert not found.tags & {"script", "link", "iframe", "object"}
    assert not re.search(r"@import|url\((?!#)", page)
    assert len(found.identifiers) == len(set(found.identifiers)), "two elements have one name"
    inside = {address[1:] for address in found.addresses if address.startswith("#")}
    assert inside <= set(found.identifiers)
