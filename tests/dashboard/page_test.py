"""page_test.py PAGE CHROMIUM [--axe axe.min.js] [--measure] [--updates N]: the dashboard's page in a real browser, as a report and live.

PAGE is what EmbedPage.cmake writes. With --axe the page is looked through for what keeps people from using it, and nothing else is
tested. With --measure it prints what an update costs, and tests nothing: a machine that does other work at the time would decide.
"""
import argparse
import base64
import json
import pathlib
import sys
import tempfile
import unittest

import sample_states
from browser import Browser
from live_server import LiveServer
from sample_states import as_json, in_page, state_of, small_run

PAGE_SOURCES = pathlib.Path(__file__).parents[2] / "runtime/bask/dashboard/page"
MOST_BYTES = 10 << 20        # of a report
FIRST_UPDATES = 200          # until then the caches of a page that must not grow fill
UPDATES_AT_ONCE = 100

# How many pixels of the task stream differ from its ground, and a sum that tells pictures apart.
STREAM_PIXELS = """(() => {
  const canvas = document.querySelector("#stream canvas.pixels");
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", {willReadFrequently: true});
  context.drawImage(canvas, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  const colors = new Map();
  for (const pixel of pixels) colors.set(pixel, (colors.get(pixel) ?? 0) + 1);
  let sum = 0;
  for (let index = 0; index < pixels.length; ++index) sum = (Math.imul(sum, 31) + pixels[index]) | 0;
  return {colors: colors.size, sum};
})()"""


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = pathlib.Path(cls.page_file).read_text(encoding="utf-8")
        cls.browser = Browser(cls.chromium)
        cls.folder = tempfile.TemporaryDirectory()
        cls.reports = {}

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def report(self, name):
        """The address of the sample's report."""
        if name not in self.reports:
            file = pathlib.Path(self.folder.name, f"{name}.html")
            file.write_text(in_page(self.text, as_json(sample_states.SAMPLES[name]())), encoding="utf-8")
            self.reports[name] = file
        return self.reports[name].as_uri()

    def open(self, address, **options):
        page = self.browser.open(address, **options)
        self.addCleanup(page.close)
        return page

    def open_report(self, name, **options):
        page = self.open(self.report(name), **options)
        page.wait("document.documentElement.dataset.drawn === '1'")
        return page

    def serve(self, port=0):
        server = LiveServer(self.text, port)
        self.addCleanup(server.close)
        return server

    def open_live(self, server, text):
        server.send(text)
        page = self.open(server.address)
        page.wait("document.documentElement.dataset.drawn === '1'")
        return page

    def text_of(self, page, selector):
        return page.evaluate(f"document.querySelector({json.dumps(selector)}).textContent")

    def expect_quiet(self, page):
        self.assertEqual(page.complaints(), [])


class Report(PageTest):
    def test_asks_for_nothing_and_leaves_the_console_empty(self):
        for name in sample_states.SAMPLES:
            page = self.open_report(name)
            self.expect_quiet(page)
            self.assertEqual(page.requests(), [self.report(name)])

    def test_is_at_most_ten_mebibytes(self):
        self.report("large")
        self.assertLess(self.reports["large"].stat().st_size, MOST_BYTES)

    def test_shows_numbers_layers_and_the_task_stream(self):
        page = self.open_report("running")
        self.assertEqual(page.evaluate("document.querySelectorAll('#layers tbody tr').length"), 11)
        self.assertIn("had not ended", self.text_of(page, "#badge"))
        self.assertRegex(self.text_of(page, "#numbers .summary"),
                         r"^Of [\d.]+ s of the threads, \d+% were useful work; the largest loss is ")
        self.assertGreater(page.evaluate(STREAM_PIXELS)["colors"], 10)
        self.assertEqual(page.evaluate("document.querySelectorAll('#memory .limit').length"), 1)
        places = "new Set([...document.querySelectorAll('#graph .layer')].map((layer) => layer.getAttribute('transform'))).size"
        self.assertEqual(page.evaluate(places), 11)

    def test_tells_what_waits_on_each_rank_and_for_what(self):
        page = self.open_report("running")
        self.assertRegex(self.text_of(page, "#waiting .summary"),
                         r"^\d+ units left, of which 12 could run; 3 would not end before the time limit\. Those that wait first")
        self.assertEqual(page.evaluate("document.querySelectorAll('#waiting tbody tr').length"), 15)
        cells = page.evaluate("[...document.querySelectorAll('#waiting tbody tr')].slice(0, 5).map((row) => row.innerText)")
        for part in ["anomaly-1f3c, run as one up to std over time: chunk-1f3d", "12 inputs are missing",
                     "mean over time: combine-77 of rank 1: runs there, for 12 ms", "could run, or has run", "and others"]:
            self.assertIn(part, cells[0])
        self.assertIn("no room in memory", cells[1])
        self.assertIn("room for 21 MiB: 8 MiB of 640 MiB are free, 632 MiB are held (results 616 MiB, reserved 16 MiB)", cells[1])
        self.assertIn("anomaly-18 of rank 1: is coming", cells[2])
        self.assertIn("1 of resource gpu: 0.5 of 2 are free", cells[3])
        self.assertIn("too long for the time limit", cells[4])

    def test_says_so_when_nothing_waits(self):
        page = self.open_report("failed")
        self.assertEqual(self.text_of(page, "#waiting .summary"), "No unit waits.")
        self.assertEqual(page.evaluate("document.querySelector('#waiting .scroll').hidden"), True)

    def test_shows_the_error_of_a_job_that_failed(self):
        page = self.open_report("failed")
        self.assertIn("the matrix is singular", self.text_of(page, "#said"))
        self.assertFalse(page.evaluate("document.getElementById('said').hidden"))
        self.assertIn("failed, exit code 1", self.text_of(page, "#badge"))

    def test_shows_hostile_texts_as_texts(self):
        page = self.open_report("hostile")
        self.assertEqual(page.evaluate("document.querySelectorAll('img, iframe, object, script:not([id])').length"), 2)
        self.assertIn("</script><img src=x onerror=alert(1)>", self.text_of(page, "#program"))
        self.assertIn("</script><img src=x onerror=alert(1)>", self.text_of(page, "#layers tbody"))

    def test_fits_into_narrow_and_wide_windows(self):
        for name in ("running", "hostile", "large"):
            page = self.open_report(name)
            for width in (700, 1280, 1920):
                page.resize(width, 900)
                page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width, name)

    def test_tells_in_tables_what_pictures_show(self):
        page = self.open_report("running")
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        page.wait("document.querySelectorAll('#memory details tbody tr').length === 3")
        for panel, rows in {"stream": 12, "busy": 6, "moved": 6, "graph": 11}.items():
            page.wait(f"document.querySelectorAll('#{panel} details tbody tr').length === {rows}")

    def test_moves_its_cursor_and_zooms_by_keys(self):
        page = self.open_report("running")
        whole = page.evaluate(STREAM_PIXELS)
        page.evaluate("document.querySelector('.stream-host').focus()")
        page.key("ArrowRight")
        page.key("ArrowDown")
        page.wait("/^Rank 0, thread 1, /.test(document.querySelector('#stream .unseen').textContent)")
        for _ in range(5):
            page.key("+")
        self.assertRegex(self.text_of(page, "#stream .summary"), r"^12 lanes, [\d.]+ s to [\d.]+ s")
        self.assertNotEqual(page.evaluate(STREAM_PIXELS)["sum"], whole["sum"])
        self.assertGreater(page.evaluate("document.querySelectorAll('#stream .tasks rect').length"), 3)
        page.key("0")
        page.key("Escape")
        self.assertEqual(page.evaluate(STREAM_PIXELS)["sum"], whole["sum"])

    def test_shows_the_durations_of_a_layer_that_is_clicked(self):
        page = self.open_report("running")
        page.evaluate("[...document.querySelectorAll('button.layer')].find((button) => button.textContent === 'anomaly').click()")
        self.assertIn("132 tasks of anomaly", self.text_of(page, "#durations .summary"))

    def test_changes_its_theme_by_the_button_and_with_the_system(self):
        page = self.open_report("running")
        background = "getComputedStyle(document.body).backgroundColor"
        light, stream = page.evaluate(background), page.evaluate(STREAM_PIXELS)["sum"]
        page.emulate(dark=True)
        page.wait(f"{background} !== {json.dumps(light)}")
        self.assertNotEqual(page.evaluate(STREAM_PIXELS)["sum"], stream)
        page.evaluate("document.getElementById('theme').click()")
        self.assertEqual(page.evaluate(background), light)

    def test_draws_a_small_graph_by_tasks(self):
        state = sample_states.running()
        state["graph"]["tasks"] = [{"layer": 0, "name": "load-7f3a", "inputs": [], "state": "done", "rank": 0},
                                   {"layer": 2, "inputs": [0], "state": "failed", "rank": 1}]
        file = pathlib.Path(self.folder.name, "tasks.html")
        file.write_text(in_page(self.text, as_json(state)), encoding="utf-8")
        page = self.open(file.as_uri())
        page.evaluate("""(() => {
          const by = document.querySelector("#graph select");
          by.value = "tasks";
          by.dispatchEvent(new Event("change"));
        })()""")
        self.assertEqual(page.evaluate("document.querySelectorAll('#graph .task').length"), 2)
        self.assertEqual(page.evaluate("document.querySelectorAll('#graph .edges path').length"), 1)
        titles = page.evaluate("[...document.querySelectorAll('#graph .task title')].map((title) => title.textContent)")
        self.assertEqual([title.split(" of ")[0] for title in titles], ["load-7f3a", "task 1"])
        self.expect_quiet(page)

    def test_says_so_when_a_file_holds_no_state(self):
        page = self.open(pathlib.Path(self.page_file).resolve().as_uri())
        self.assertEqual(self.text_of(page, "#source"), "This file holds no state")
        self.expect_quiet(page)


class Live(PageTest):
    def state(self, share, ended=False):
        """Of a job that is not expected to write another state soon."""
        return as_json({**state_of(small_run(), small_run().ended * share, ended), "interval": 600})

    def test_moves_as_states_arrive(self):
        server = self.serve()
        page = self.open_live(server, self.state(0.3))
        self.assertEqual(self.text_of(page, "#source"), "Live")
        self.assertIn("running", self.text_of(page, "#badge"))
        progress = "parseFloat(document.querySelector('#progress .done').style.width)"
        before, stream = page.evaluate(progress), page.evaluate(STREAM_PIXELS)["sum"]
        server.send(self.state(0.6))
        page.wait("document.documentElement.dataset.drawn === '2'")
        self.assertGreater(page.evaluate(progress), before)
        self.assertNotEqual(page.evaluate(STREAM_PIXELS)["sum"], stream)
        self.expect_quiet(page)
        self.assertEqual(server.asked, [f"/?token=1f3c", "/events?token=1f3c"])

    def test_says_when_the_connection_is_lost_and_connects_again(self):
        server = LiveServer(self.text)
        page = self.open_live(server, self.state(0.3))
        server.close()
        page.wait("/^Connection lost, last state at \\d+\\.\\d s$/.test(document.getElementById('source').textContent)")
        again = self.serve(server.port)
        again.send(self.state(0.7))
        page.wait("document.getElementById('source').textContent === 'Live'")
        self.assertEqual(page.evaluate("document.documentElement.dataset.drawn"), "2")

    def test_stays_as_it_is_when_the_job_has_ended(self):
        server = LiveServer(self.text)
        page = self.open_live(server, self.state(1, ended=True))
        server.close()
        self.assertEqual(self.text_of(page, "#source"), "The job has ended")
        self.assertIn("done", self.text_of(page, "#badge"))
        self.expect_quiet(page)

    def test_goes_on_after_a_state_that_cannot_be_read(self):
        server = self.serve()
        page = self.open_live(server, self.state(0.3))
        server.send("{")
        page.wait("/^A state arrived that cannot be read/.test(document.getElementById('source').textContent)")
        server.send(self.state(0.4))
        page.wait("document.documentElement.dataset.drawn === '2'")
        self.assertEqual(self.text_of(page, "#source"), "Live")

    def test_does_not_grow_over_many_updates(self):
        server = self.serve()
        run = sample_states.tiny_run()
        states = [as_json(state_of(run, run.ended * share / 40, most_bins=32)) for share in range(4, 40)]
        page = self.open_live(server, states[0])   # the first update
        page.resize(500, 300)   # what is not seen need not be painted
        page.call("Network.disable")   # which would tell of each state
        sent = 0

        def send(until):
            nonlocal sent
            while sent < until:
                for sent in range(sent + 1, sent + UPDATES_AT_ONCE + 1):
                    server.send(states[sent % len(states)])
                page.wait(f"document.documentElement.dataset.drawn === '{sent + 1}'")
            return page.metrics()

        first = send(FIRST_UPDATES)
        last = send(self.updates)
        self.assertLess(last["JSHeapUsedSize"], first["JSHeapUsedSize"] * 1.1 + (1 << 20))
        self.assertLess(last["Nodes"], first["Nodes"] * 1.05 + 50)
        self.assertLessEqual(last["JSEventListeners"], first["JSEventListeners"])
        self.expect_quiet(page)


class Modules(PageTest):
    """Functions of single modules, called in the browser."""

    def setUp(self):
        self.page = self.open("about:blank")

    def results(self, module, expression):
        """What the expression gives, `m` being the module, one that imports nothing."""
        source = base64.b64encode((PAGE_SOURCES / module).read_bytes()).decode()
        return self.page.evaluate(f"import('data:text/javascript;base64,{source}').then((m) => {expression})")

    def test_sizes_are_binary(self):
        sizes = self.results("text.js", "[0, 1023, 1024, 1610612736, 1048575, 2 ** 70, null, NaN].map(m.sizeText)")
        self.assertEqual(sizes, ["0 B", "1023 B", "1 KiB", "1.5 GiB", "1 MiB", "1024 EiB", "–", "–"])

    def test_durations_have_the_unit_that_fits(self):
        seconds = [0, 2.5e-7, 4.2e-5, 0.0032, 0.9996, 12.34, 99.96, 245, 7380, 273600, None]
        self.assertEqual(self.results("text.js", f"{json.dumps(seconds)}.map(m.durationText)"), [
            "0 s", "250 ns", "42 µs", "3.2 ms", "1 s", "12.3 s", "1 min 40 s", "4 min 05 s", "2 h 03 min", "3 d 04 h", "–"])

    def test_small_shares_are_not_nothing(self):
        shares = self.results("text.js", "[0, 0.0004, 0.0123, 0.456, 1].map(m.shareText)")
        self.assertEqual(shares, ["0.0%", "<0.1%", "1.2%", "46%", "100%"])

    def test_a_zoom_keeps_its_instant_in_its_place_and_ends_at_all_of_the_time(self):
        zoomed = self.results("time_window.js", """(() => {
          const window = new m.TimeWindow();
          window.extend(100, 1);
          window.zoom(0.5, 80);
          const first = window.domain();
          window.pan(1000);
          const last = window.domain();
          window.zoom(4, 60);
          return {first, last, whole: window.isWhole};
        })()""")
        self.assertEqual(zoomed, {"first": [40, 90], "last": [50, 100], "whole": True})

    def test_a_node_stands_below_all_that_it_reads_whatever_cycles_there_are(self):
        self.page.evaluate("""(() => {
          const mean = (list, of) => list.reduce((sum, item) => sum + of(item), 0) / list.length;
          globalThis.d3 = {mean, max: (list, of) => Math.max(...list.map(of))};
        })()""")
        inputs = [[], [0], [0, 1], [9, 3, -1, "x"], [5], [4], [2]]
        placed = self.results("graph_layout.js", f"m.placeNodes({json.dumps(inputs)}).nodes.map(({{level}}) => level)")
        self.assertEqual(placed[:4], [0, 1, 2, 0])
        self.assertEqual(placed[6], 3)
        self.assertEqual(sorted(placed[4:6]), [0, 1])


class Accessible(PageTest):
    """What axe-core finds: nothing, in either theme, with all tables open."""

    def look_through(self, name, dark):
        page = self.open_report(name, dark=dark)
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        page.evaluate(self.axe)
        found = page.evaluate("""axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(
            ({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}: ${node.failureSummary}`)))""")
        self.assertEqual(found, [], f"{name}, {'dark' if dark else 'light'}")

    def test_running(self):
        self.look_through("running", dark=False)
        self.look_through("running", dark=True)

    def test_failed(self):
        self.look_through("failed", dark=False)
        self.look_through("failed", dark=True)

    def test_empty(self):
        self.look_through("empty", dark=False)

    def test_large(self):
        self.look_through("large", dark=True)


class Measure(PageTest):
    def test_update(self):
        server = self.serve()
        text = as_json(sample_states.large())
        page = self.open_live(server, text)
        before = page.metrics()
        for count in range(2, 22):
            server.send(text)
            page.wait(f"document.documentElement.dataset.drawn === '{count}'")
        after = page.metrics()
        print(f"64 ranks, 512 lanes, {len(text) >> 10} KiB: of one update, in milliseconds:")
        for name in ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration"):
            print(f"  {name} {(after[name] - before[name]) / 20 * 1e3:.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("chromium")
    parser.add_argument("--axe")
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--updates", type=int, default=400, help="of a page that must not grow; 2000 take a while")
    parser.add_argument("--only", help="the tests whose names have this")
    given = parser.parse_args()
    PageTest.page_file, PageTest.chromium, PageTest.updates = given.page, given.chromium, given.updates
    classes = [Measure] if given.measure else [Accessible] if given.axe else [Modules, Report, Live]
    if given.axe:
        Accessible.axe = pathlib.Path(given.axe).read_text(encoding="utf-8")
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{given.only}*"] if given.only else None
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(one) for one in classes)
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful())
