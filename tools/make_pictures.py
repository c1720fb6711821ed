"""Make the pictures of the documentation: the first screen of the demonstration report.

Needs Chromium (Debian `chromium`); without it the pictures are left as they are, and that is said.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 1280, 860

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def report(folder: Path) -> Path:
    """The demonstration report."""
    words = [
        "plan",
        "examples/cases/demo.yaml",
        "--scan",
        "examples/scans/demo_labels.nii.gz",
        "--out",
        str(folder),
    ]
    subprocess.run([sys.executable, "-m", "kambin", *words], cwd=ROOT, check=True, capture_output=True)
    return folder / "report.html"


def screenshot(browser: str, page: Path, target: Path) -> None:
    """One picture of the top of a page."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                browser,
                *QUIET,
                f"--user-data-dir={profile}",
                f"--window-size={WIDTH},{HEIGHT}",
                f"--screenshot={target}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def main() -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        print("pictures left as they are: no chromium (Debian package `chromium`)")
        return
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        screenshot(browser, report(Path(folder)), PICTURES / "report.png")
    print(PICTURES.relative_to(ROOT) / "report.png")


if __name__ == "__main__":
    main()
