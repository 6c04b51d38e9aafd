"""The HTML report in a real browser: shown, filtered, self-contained, fit for a phone and for the dark.

The page is the golden one of compiler/migrate/report/report_test.cc. Chromium gets it from a server of ours that
notes what is asked for; a second page of the same origin drives it in a frame, so the report's own policy
stays as it is shipped.
"""
import functools
import html.parser
import http.server
import json
import pathlib
import re
import shutil
import struct
import subprocess
import threading
import zlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "tests" / "golden" / "migrate_report" / "sample.html"
CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: scripts/setup migrate")

HARNESS = """<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">
<iframe id="frame" width="WIDTH" height="900" src="report.html"></iframe><pre id="result"></pre>
<script>
document.getElementById("frame").addEventListener("load", (event) => {
  const view = event.target.contentWindow, page = view.document;
  const at = (id) => page.getElementById(id);
  const visible = (node) => node.getClientRects().length > 0;
  const state = () => ({
    rows: [...page.querySelectorAll(".finding")].filter(visible).map((row) => row.dataset.verdict),
    groups: [...page.querySelectorAll(".group")].filter(visible).length,
    shown: at("shown") ? at("shown").textContent : "",
  });
  const set = (text, verdict, alerts) => {
    at("filter-text").value = text;
    at("filter-verdict").value = verdict;
    at("filter-alerts").checked = alerts;
    at("filter-text").dispatchEvent(new view.Event("input"));
    return state();
  };
  const result = {
    all: set("", "", false),
    text: set("KairosErrors", "", false),
    words: set("errors narrows", "", false),
    verdict: set("", "EMPTY", false),
    alerts: set("", "", true),
    none: set("no such text", "", false),
    again: set("", "", false),
    overflow: page.documentElement.scrollWidth - view.innerWidth,
    resources: view.performance.getEntriesByType("resource").map((entry) => entry.name),
    images: page.images.length,
    scripts: page.scripts.length,
    marks: [...page.querySelectorAll("del, ins")].map((node) => node.textContent),
    progress: [...page.querySelectorAll("progress")].map((bar) => bar.getAttribute("aria-label")),
  };
  document.getElementById("result").textContent = JSON.stringify(result);
});
</script>
"""


def chromium(*arguments):
    """Runs the browser to its end; what it prints. A run that hangs is a failure."""
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
               "--no-first-run", "--disable-background-networking", "--disable-component-update",
               "--hide-scrollbars", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def site(tmp_path):
    """(address, asked): a server of the report and its harness, and the paths it was asked for."""
    shutil.copy(PAGE, tmp_path / "report.html")
    for width in (1200, 360):
        (tmp_path / f"harness{width}.html").write_text(HARNESS.replace("WIDTH", str(width)))
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code="-", size="-"):
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                             functools.partial(Handler, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def driven(address, tmp_path, width):
    """What the harness found in the report."""
    dom = chromium(f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=10000", "--dump-dom",
                   f"{address}/harness{width}.html")
    found = re.search(r'<pre id="result">(.+?)</pre>', dom, re.S)
    assert found, dom[-2000:]
    return json.loads(html.unescape(found[1]))


def test_the_filter_shows_and_hides_rows(site, tmp_path):
    address, asked = site
    found = driven(address, tmp_path, 1200)
    every = ["EMPTY", "WIDENS", "EMPTY", "NARROWS", "VALUE-CHANGED", "UNKNOWN"]
    assert found["all"] == {"rows": every, "groups": 2, "shown": "6 of 6 shown"}
    assert found["text"] == {"rows": ["EMPTY"], "groups": 1, "shown": "1 of 6 shown"}
    assert found["words"]["rows"] == ["NARROWS"]
    assert found["verdict"]["rows"] == ["EMPTY", "EMPTY"]
    assert found["alerts"] == {"rows": ["EMPTY", "WIDENS"], "groups": 1, "shown": "2 of 6 shown"}
    assert found["none"] == {"rows": [], "groups": 0, "shown": "0 of 6 shown"}
    assert found["again"] == found["all"]
    assert found["progress"] == ["Fleet: 7 of 11 moved", "puck: 3 of 7 moved", "titania: 4 of 4 moved"]
    assert found["marks"][:2] == ["job", "service"]
    # Hostile texts stay texts, and nothing but the page itself is asked for.
    assert (found["images"], found["scripts"], found["resources"]) == (0, 1, [])
    assert sorted(asked) == ["/harness1200.html", "/report.html"]


def test_a_phone_needs_no_sideways_scrolling(site, tmp_path):
    assert driven(site[0], tmp_path, 360)["overflow"] <= 0


def test_rows_can_be_read_without_the_script(site, tmp_path):
    plain = re.sub(r"<script>.*?</script>", "", PAGE.read_text(), flags=re.S)
    (tmp_path / "plain.html").write_text(plain)
    dom = chromium(f"--user-data-dir={tmp_path}/profile", "--dump-dom", f"{site[0]}/plain.html")
    assert re.search(r'<form[^>]* id="filter"[^>]* hidden', dom)  # It could do nothing.
    assert dom.count('data-verdict="') == 6


class Links(html.parser.HTMLParser):
    """Everything in a page that could make a browser fetch or run something."""

    def __init__(self):
        super().__init__()
        self.links, self.tags, self.handlers = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "data", "poster", "background"):
                self.links.append(value)
            if name.startswith("on") or name == "style":
                self.handlers.append(name)


def test_the_page_holds_all_it_needs():
    page = Links()
    page.feed(PAGE.read_text())
    assert sorted(set(page.links)) == ["#findings", "data:,"]
    assert page.handlers == []  # The policy would not let them run either.
    assert not page.tags & {"iframe", "object", "embed", "img", "base"}
    assert "url(" not in PAGE.read_text() and "@import" not in PAGE.read_text()


def pixels(path):
    """(width, height, rows of bytes, bytes a pixel) of a PNG of eight bits without interlacing."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += length + 12
    assert depth == 8 and colour in (2, 6)
    size = 3 if colour == 2 else 4
    raw, rows, above = zlib.decompress(packed), [], bytearray(width * size)
    for y in range(height):
        start = y * (width * size + 1)
        rows.append(unfiltered(raw[start], raw[start + 1:start + 1 + width * size], above, size))
        above = rows[-1]
    return width, height, rows, size


def unfiltered(kind, line, above, size):
    """One row of a PNG with its filter undone."""
    out = bytearray(line)
    for i, value in enumerate(line):
        left = out[i - size] if i >= size else 0
        corner = above[i - size] if i >= size else 0
        if kind == 1:
            out[i] = (value + left) & 255
        elif kind == 2:
            out[i] = (value + above[i]) & 255
        elif kind == 3:
            out[i] = (value + (left + above[i]) // 2) & 255
        elif kind == 4:
            guess = left + above[i] - corner
            best = min((left, above[i], corner), key=lambda near: abs(guess - near))
            out[i] = (value + best) & 255
    return out


def shot(tmp_path, name, size, *arguments):
    path = tmp_path / f"{name}.png"
    chromium(f"--user-data-dir={tmp_path}/profile", f"--window-size={size}", f"--screenshot={path}",
             *arguments, PAGE.as_uri())
    width, height, rows, each = pixels(path)
    counts = {}
    for row in rows[::4]:
        for x in range(0, width * each, 4 * each):
            colour = tuple(row[x:x + 3])
            counts[colour] = counts.get(colour, 0) + 1
    return (width, height), counts


def brightness(counts):
    """Of the colour that covers most."""
    return sum(max(counts, key=counts.get)) / 3


def near(counts, colour, tolerance=24):
    return sum(n for seen, n in counts.items()
               if all(abs(a - b) <= tolerance for a, b in zip(seen, colour)))


def test_the_picture(tmp_path):
    size, light = shot(tmp_path, "light", "1000,1400")
    assert size == (1000, 1400)
    assert len(light) > 50, "a blank page has one colour"
    assert brightness(light) > 230
    assert near(light, (0x12, 0x80, 0x5c)) > 100, "no progress bar is to be seen"
    assert near(light, (0xb4, 0x23, 0x18)) > 20, "nothing says EMPTY in its colour"

    _, dark = shot(tmp_path, "dark", "1000,1400", "--blink-settings=preferredColorScheme=0")
    assert brightness(dark) < 40
    assert near(dark, (0x3e, 0xc2, 0x8f)) > 100
