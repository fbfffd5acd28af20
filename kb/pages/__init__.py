"""The site's pages: an assessment and a rendered frame to files, as bytes.  Writes nothing."""

from __future__ import annotations

from kb.pages.build import render_site
from kb.pages.shell import FrameError, Shell
from kb.pages.site import Settings, Site

__all__ = ["FrameError", "Settings", "Shell", "Site", "render_site"]
