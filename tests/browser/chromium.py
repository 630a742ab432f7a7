"""Finds Chromium for the browser tests. Run as a program, it installs Chromium if there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without the last two flags, Chromium contacts Google's hosts at every start.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def find() -> str | None:
    """The path of a browser: the one on PATH, else the one that Playwright downloaded, else None."""
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path:
        return on_path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> str | None:
    """Install Debian's package if this user may, else let Playwright download its own browser; give its path."""
    if shutil.which("apt-get"):
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        as_root = [] if is_root else ["sudo", "-n"]
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-qy", "chromium"]):
            if not as_root or shutil.which("sudo"):
                subprocess.run([*as_root, *command], stdout=subprocess.DEVNULL, check=False)
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find()


if __name__ == "__main__":
    browser = find() or install()
    if browser is None:
        sys.exit("No Chromium for the browser tests. Install one (apt-get install chromium), then: make test")
    print(f"Browser tests use {browser}")
