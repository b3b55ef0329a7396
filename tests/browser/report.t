#!/usr/bin/env python3
"""Does a report work in a browser: search, clicks, keys, dark and light?

SPDX-License-Identifier: GPL-2.0-or-later

Screenshots go to BUILD/browser, to be looked at.
"""
import json
import lzma
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
QEVM = os.environ["QEVM"]
PICTURES = os.path.join(os.environ["BUILD"], "browser")
TAB, ENTER, ESCAPE = "\ue004", "\ue007", "\ue00c"

number = 0
failed = False


def result(ok, what, said=""):
    global number, failed
    number += 1
    print(("" if ok else "not ") + f"ok {number} - {what}", flush=True)
    if not ok:
        failed = True
        print(f"# {what}: {said}", file=sys.stderr)


def same(got, wanted, what):
    result(got == wanted, what, f"{got!r}, not {wanted!r}")


def qevm(*args):
    return subprocess.run([QEVM, *args], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def case(name, out, folder):
    """A stream of tests/cases and what its destination saves, as a report."""
    for part in ("stream", "ref"):
        with lzma.open(f"{HERE}/../cases/{name}/{part}.mig.xz") as packed:
            with open(f"{folder}/{part}.mig", "wb") as plain:
                plain.write(packed.read())
    qevm("report", f"{folder}/stream.mig", "--against", f"{folder}/ref.mig",
         "-o", out)
    return f"{folder}/stream.mig"


# ---- what the page shows ----

SHOWN = "return document.querySelector(arguments[0]).checkVisibility();"
FOUND = "return document.getElementById('found').textContent"
HITS = "return Array.from(document.querySelectorAll('.hit'), " \
       "e => e.querySelector('b').textContent)"


def contrasts(browser):
    """The lowest contrast of what has text of its own to what it is on, as
    WCAG 2 defines it."""
    return browser.run("""
        function light(colour) {
            const c = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => {
                v /= 255;
                return v <= .03928 ? v / 12.92
                    : Math.pow((v + .055) / 1.055, 2.4);
            });
            return .2126 * c[0] + .7152 * c[1] + .0722 * c[2];
        }
        function behind(e) {
            for (; e; e = e.parentElement) {
                const c = getComputedStyle(e).backgroundColor;
                if (!/, 0\\)$/.test(c)) { return c; }
            }
            return "rgb(255, 255, 255)";
        }
        let worst = [21, ""];
        for (const e of document.querySelectorAll("body *")) {
            const own = Array.from(e.childNodes).some((n) =>
                n.nodeType === 3 && n.textContent.trim());
            if (own && e.checkVisibility() && !e.closest("svg")) {
                const a = light(getComputedStyle(e).color);
                const b = light(behind(e));
                const c = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (c < worst[0]) { worst = [c, e.outerHTML.slice(0, 90)]; }
            }
        }
        return worst;""")


def test_sections(browser, stream):
    sections = json.loads(qevm("info", "--json", stream))["sections"]
    same(browser.run("return document.querySelectorAll("
                     "'#nodes details.section').length"),
         len(sections) + 2, "all sections, configuration and ram are there")
    same(browser.run("return document.querySelectorAll("
                     "'#nodes .section[open]').length"), 0,
         "sections are closed")
    leaf = "#section-5 li"
    same(browser.run(SHOWN, leaf), False, "fields are not seen")
    browser.click("#section-5 > summary")
    same(browser.run(SHOWN, leaf), True, "a click opens a section")
    browser.click("#section-5 > summary")
    same(browser.run(SHOWN, leaf), False, "and closes it")
    browser.run("document.querySelector('#section-4 > summary')?.focus();"
                "document.querySelector('#close').focus()")
    browser.keys(TAB + TAB)
    same(browser.run("return document.activeElement.textContent.trim()"
                     ".split(/\\s+/)[0]").startswith("0x"), True,
         "Tab goes to the sections")
    browser.keys(ENTER)
    same(browser.run("return document.activeElement.parentElement.open"), True,
         "Enter opens one")
    browser.click("#open")
    same(browser.run("return document.querySelectorAll("
                     "'#nodes details:not([open])').length"), 0, "Open all")
    browser.click("#close")
    same(browser.run(SHOWN, leaf), False, "Close all")


def test_search(browser):
    browser.run("document.activeElement.blur()")
    browser.keys("/")
    same(browser.run("return document.activeElement.id"), "words",
         "/ goes to the search")
    browser.keys("cpu_clock_offset")
    browser.wait(FOUND)
    same(browser.run(HITS), ["cpu_clock_offset"], "search finds a field")
    same(browser.run(FOUND), "1 found", "and says so")
    same(browser.run(SHOWN, ".hit"), True, "which is seen")
    same(browser.run(SHOWN, "#section-6 > summary"), False,
         "and what was not found is not")
    browser.keys(ESCAPE)
    same(browser.run(SHOWN, "#section-6 > summary"), True, "Escape shows all")
    offset = browser.run("return document.querySelector("
                         "'#section-5 li code').textContent")
    browser.keys("0x%x" % (int(offset, 16) + 3))
    browser.wait(FOUND)
    same(browser.run(HITS), ["cpu_ticks_offset"],
         "a byte in the middle finds its field")
    browser.keys(ESCAPE + "piix4_pm acpi_index" + ENTER)
    browser.wait(FOUND)
    same(browser.run(HITS), ["acpi_pci_hotplug.acpi_index"],
         "words name the section, too")
    same(browser.run(FOUND), "1 of 1", "Enter goes to it")
    browser.keys(ESCAPE + "no such thing")
    browser.wait(FOUND)
    same(browser.run(FOUND), "0 found", "nothing is found")
    browser.keys(ESCAPE)


def test_finding(browser):
    browser.click("#findings .place a")
    browser.wait(SHOWN, "#at-0")
    same(browser.run(SHOWN, "#at-0"), True, "a finding leads to its field")
    browser.click("#at-0")
    same(browser.run("return location.hash"), "#finding-0", "and back")
    same(browser.run("return document.querySelectorAll("
                     "'#layouts .pair').length > 0"), True,
         "layouts are there")
    browser.click("#layouts .pair > summary")
    same(browser.run(SHOWN, "#layouts .pair td"), True,
         "and open by a click")


def test_looks(browser):
    colours = []
    for scheme in ("light", "dark"):
        browser.look(1200, 900, scheme)
        colours.append(browser.run("return getComputedStyle("
                                   "document.body).backgroundColor"))
        worst = contrasts(browser)
        result(worst[0] >= 4.5, f"all text can be read: {scheme}", worst)
        browser.run("scrollTo(0, 0)")
        height = browser.run("return document.body.scrollHeight")
        browser.look(1200, min(height, 4000), scheme)
        browser.screenshot(f"{PICTURES}/{scheme}.png")
    result(colours[0] != colours[1], "dark is dark", colours)
    browser.look(360, 2400)
    wide = browser.run("return document.documentElement.scrollWidth")
    result(wide <= 360, "a narrow window needs no scrolling to the side", wide)
    browser.screenshot(f"{PICTURES}/narrow.png")
    browser.look(800, 1100, media="print")
    same(browser.run(SHOWN, "#search"), False, "what is printed is no form")
    browser.screenshot(f"{PICTURES}/print.png")
    browser.look(1200, 900)


def test_names(browser):
    tree = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    bare = [node["role"]["value"] for node in tree
            if not node.get("ignored") and not node.get("name", {}).get("value")
            and any(p["name"] == "focusable" and p["value"]["value"]
                    for p in node.get("properties", []))
            and node["role"]["value"] != "RootWebArea"]
    same(bare, [], "all that can have the focus has a name")
    roles = {node["role"]["value"] for node in tree if not node.get("ignored")}
    missing = {"main", "navigation", "search", "heading", "image",
               "table"} - roles
    same(missing, set(), "parts have their roles")


def test_policy(browser):
    """Markup that got in all the same would reach nobody."""
    browser.log("browser")
    browser.requests()
    browser.run("""
        const e = document.createElement("div");
        document.body.append(e);
        e.innerHTML = "<img src='http://127.0.0.1:9/'>" +
            "<p onclick='window.bad = 1' id='inserted'>x</p>";
        document.getElementById("inserted").click();
        const s = document.createElement("script");
        s.textContent = "window.bad = 2";
        document.body.append(s);""")
    same(browser.run("return String(window.bad)"), "undefined",
         "no script but the page's own runs")
    refused = browser.wait("return document.querySelector('img').complete")
    logged = str(browser.log("browser"))
    result(refused and "violates" in logged, "the policy refuses the network",
           logged)


def test_scriptless(browser, page):
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page)
    same(browser.run(SHOWN, "#search"), False, "without script, no search")
    browser.click("#section-5 > summary")
    same(browser.run(SHOWN, "#section-5 li"), True,
         "without script, a click opens a section")
    browser.devtools("Emulation.setScriptExecutionDisabled", value=False)


def test_hostile(browser, folder):
    page = f"{folder}/hostile.html"
    with open(f"{folder}/hostile.mig", "wb") as out:
        subprocess.run(["perl", f"{HERE}/../cli/report/stream", "2", "3",
                        "</script><img src=x onerror=alert(1)>'\"&\\xff"],
                       check=True, stdout=out)
    qevm("report", f"{folder}/hostile.mig", "-o", page)
    browser.open(page)
    same(browser.run("return document.querySelectorAll('img').length"), 0,
         "names are no markup")
    same(browser.run("return document.scripts.length"), 1,
         "nor do they end the script")
    same(browser.log("browser"), [], "no errors of hostile names")


def main():
    os.makedirs(PICTURES, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        page = f"{folder}/page.html"
        stream = case("piix4-acpi-index-extra", page, folder)
        browser.look(1200, 900)
        browser.open(page)
        same(browser.run("return document.title"), "stream.mig: qevm report",
             "a page loads")
        test_sections(browser, stream)
        test_search(browser)
        test_finding(browser)
        test_looks(browser)
        test_names(browser)
        same(browser.log("browser"), [], "no errors")
        same(browser.requests(), [], "nothing else is asked for")
        test_policy(browser)
        test_scriptless(browser, page)
        test_hostile(browser, folder)
    print(f"1..{number}")
    return failed


sys.exit(main())
