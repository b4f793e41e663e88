"""Runs one notebook in a real JupyterLab with a real Chromium; the Go side is browser.go.

Reads one JSON object from standard input: url (with the token), notebook (path below the
server's root), chromium (program), screenshot (file), figures (how many have to show) and
timeout (seconds). Prints one line of facts. Exits with 1 and says why where an error or
stderr shows, a figure is not drawn, a claim is red, none is green, the notebook was not
saved, or the page asked another host for anything. That every cell ran is for the Go side
to see in the saved file: a folded cell shows no prompt.
"""
import json
import sys
import time
from urllib.parse import parse_qs, quote, urlsplit

from playwright.sync_api import Error, TimeoutError as Timeout, sync_playwright

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
IDLE = ".jp-Notebook-ExecutionIndicator[data-status='idle']"
LIMIT = 180_000  # ms for a page to do what takes it seconds: a slow machine is no failure
BAD = ", ".join(f".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("stderr", "error"))


def look(page):
    """What the cells on the page show, each scrolled into view, for those out of sight may not be drawn."""
    facts = {"cells": 0, "bad": [], "figures": 0, "undrawn": [], "green": 0, "red": []}
    cells = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
    for i in range(cells.count()):
        cell = cells.nth(i)
        cell.scroll_into_view_if_needed()
        facts["cells"] += 1
        if "jp-CodeCell" not in (cell.get_attribute("class") or ""):
            continue
        if cell.locator(BAD).count():
            facts["bad"].append((i + 1, cell.locator(".jp-OutputArea").first.inner_text()[:400]))
        for image in cell.locator(".jp-OutputArea-output img").all():
            drawn = image.evaluate("async e => { try { await e.decode() } catch { } return e.naturalWidth }")
            facts["figures"] += 1
            if not drawn:
                facts["undrawn"].append(i + 1)
        for line in (cell.locator(".jp-OutputArea").first.inner_text() if cell.locator(".jp-OutputArea").count() else "").splitlines():
            facts["green"] += line.startswith(("✓ claim", "✓ erratum"))
            if line.startswith(("✗ claim", "✗ erratum")):
                facts["red"].append(line)
    return facts


def prompts(page):
    """What stands in the prompts: [*] before a cell that waits or runs, a number before one that has run."""
    return page.evaluate("() => [...document.querySelectorAll('.jp-InputPrompt')].map(e => e.innerText).join('')")


def run_all(page, timeout):
    end, quiet = time.time() + timeout, 0
    # "idle" shows before the page sends requests to the kernel: JupyterLab then drops Run All
    # without a word. The copy has no numbers, so that the first prompt shows whether it was heard.
    while time.time() < end and not any(c in prompts(page) for c in "*0123456789"):
        page.wait_for_timeout(2000)
        page.click("li.lm-MenuBar-item:has-text('Run')")
        page.get_by_text("Run All Cells", exact=True).click()
        for _ in range(100):
            page.wait_for_timeout(200)
            if any(c in prompts(page) for c in "*0123456789"):
                break
    while quiet < 10 and time.time() < end:  # idle for two seconds: between two cells it is idle for a moment
        page.wait_for_timeout(200)
        quiet = 0 if "*" in prompts(page) or not page.locator(IDLE).count() else quiet + 1
    return quiet >= 10


def save(page):
    page.click("li.lm-MenuBar-item:has-text('File')")
    page.get_by_text("Save Notebook", exact=True).click()
    page.wait_for_selector(".lm-TabBar-tab.jp-mod-current:not(.jp-mod-dirty)", timeout=LIMIT)
    page.wait_for_timeout(1000)


def main():
    order = json.load(sys.stdin)
    parts = urlsplit(order["url"])
    base, token = f"{parts.scheme}://{parts.netloc}", parse_qs(parts.query)["token"][0]
    foreign, wrong = set(), []
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=order["chromium"], args=FLAGS, timeout=LIMIT)
        page = browser.new_context(viewport={"width": 1400, "height": 1500}).new_page()
        page.set_default_timeout(LIMIT)
        ours = (base, base.replace("http", "ws", 1), "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(ours) else foreign.add(r.url))
        page.on("websocket", lambda w: None if w.url.startswith(ours) else foreign.add(w.url))
        start = time.time()
        try:
            page.goto(f"{base}/lab/tree/{quote(order['notebook'])}?token={token}&reset")
            page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
            page.wait_for_selector(IDLE)
            opened, start = time.time() - start, time.time()
            if not run_all(page, order["timeout"]):
                wrong.append(f"the kernel was still busy after {order['timeout']} s")
            ran = time.time() - start
            facts = look(page)
            save(page)
        except (Timeout, Error) as e:
            page.screenshot(path=order["screenshot"])
            sys.exit(f"{str(e).splitlines()[0]}; dialogs: {page.locator('.jp-Dialog').all_inner_texts()}; see {order['screenshot']}")
        if facts["figures"]:
            page.locator(".jp-OutputArea-output img").first.scroll_into_view_if_needed()
        page.screenshot(path=order["screenshot"])
        browser.close()
    wrong += [f"cell {i} shows an error or stderr: {text}" for i, text in facts["bad"]]
    if facts["figures"] < order["figures"]:
        wrong.append(f"{facts['figures']} figures show, and {order['figures']} have to")
    if facts["undrawn"]:
        wrong.append(f"figures of cells {facts['undrawn']} have no width")
    wrong += facts["red"]
    if not facts["green"]:
        wrong.append("no claim is green")
    if foreign:
        wrong.append(f"the page asked other hosts: {sorted(foreign)}")
    print(f"opened in {opened:.1f} s, ran in {ran:.1f} s, {facts['cells']} cells, {facts['figures']} figures, {facts['green']} verdicts green")
    if wrong:
        sys.exit("\n".join(wrong))


main()
