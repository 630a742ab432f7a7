"""Finding Chromium for the browser tests; run as a program, getting it where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these, Chromium looks up and calls its maker's hosts at every start.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def find() -> str | None:
    """The path of a browser: the one on PATH, else the one Playwright downloaded, else None."""
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or _downloaded()


def _downloaded() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> str | None:
    """Install Debian's package where this user may, else let Playwright download its own; then find it."""
    if shutil.which("apt-get"):
        as_root = [] if _is_root() else ["sudo", "-n"]
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-qy", "chromium"]):
            if not as_root or shutil.which("sudo"):
                subprocess.run([*as_root, *command], stdout=subprocess.DEVNULL, check=False)
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    found = find() or install()
    if found is None:
        sys.exit("No Chromium for the browser tests. Install one (apt-get install chromium), then: make test")
    print(f"Browser tests use {found}")
