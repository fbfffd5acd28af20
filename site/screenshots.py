"""Pictures for the README, taken from a built site: ``python site/screenshots.py``.

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
OUT = HERE / "pages" / "assets"
SHOTS = (
    # page, file, scheme, width, height
    ("index.html", "readme-front.png", "light", 1280, 800),
    ("claim/most-algorithmic-progress-is-data-progress.html", "readme-claim.png", "light", 1280, 860),
)
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def main() -> int:
    """Take every picture; 1 when the site or the browser is missing."""
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if browser_path is None:
        print("no chromium on the PATH: install it, or set CHROMIUM", file=sys.stderr)
        return 1
    if not (SITE / "index.html").is_file():
        print(f"{SITE} is not built: run kb site", file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(QUIET))
        for page_path, name, scheme, width, height in SHOTS:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.goto((SITE / page_path).as_uri())
            page.evaluate("document.fonts.ready")
            page.screenshot(path=str(OUT / name), animations="disabled")
            print(OUT / name)
            context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
