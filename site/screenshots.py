"""The picture of the README, taken from a built site: ``python site/screenshots.py``.

Needs Playwright and Chromium (``CHROMIUM`` or ``chromium`` on the PATH).  Run ``kb site`` first.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
SITE = HERE / "public"
OUT = HERE / "pages" / "assets" / "screenshot.png"
PAGE = "claim/skill-by-skill-training-costs-too-much.html"
WIDTH = 1280
LAST = ".kb-side--for .kb-card"
"""The picture ends below this element: statement, credence, map, and the first reasons."""
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def main() -> int:
    """Take the picture; 1 when the site or the browser is missing."""
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if browser_path is None:
        print("no chromium on the PATH: install it, or set CHROMIUM", file=sys.stderr)
        return 1
    if not (SITE / "index.html").is_file():
        print(f"{SITE} is not built: run kb site", file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(QUIET))
        context = browser.new_context(viewport={"width": WIDTH, "height": 900}, reduced_motion="reduce")
        page = context.new_page()
        page.goto((SITE / PAGE).as_uri())
        page.evaluate("document.fonts.ready")
        box = page.locator(LAST).first.bounding_box()
        height = box["y"] + box["height"] + 24 if box is not None else 1600
        clip = {"x": 0.0, "y": 0.0, "width": float(WIDTH), "height": float(height)}
        page.screenshot(path=str(OUT), full_page=True, clip=clip, animations="disabled")
        print(OUT)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
