"""Waiting for a page: asked from outside, since its security policy forbids scripts made of text."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

STEP = 50
PATIENCE = 20_000


def until(page: Page, expression: str, arg: Any = None) -> None:
    """Wait until an expression, or a function of one argument, is true on the page; times in milliseconds."""
    for _ in range(0, PATIENCE, STEP):
        if page.evaluate(expression, arg):
            return
        page.wait_for_timeout(STEP)
    raise AssertionError(f"it never came true: {expression}")
