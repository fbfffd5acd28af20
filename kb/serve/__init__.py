"""The site while records are being written: served on this machine, kept up to date, reloaded in the browser.

Nothing of the project is written: the site lies in a folder of its own.  While records have errors the last good site
stays, with what is wrong above every page.
"""

from kb.serve.live import LiveSite
from kb.serve.session import Session
from kb.serve.web import Desk, Server, listen

__all__ = ["Desk", "LiveSite", "Server", "Session", "listen"]
