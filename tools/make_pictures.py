"""Make the pictures of the documentation from the demonstration: screenshots of pages, drawings as they are.

``python tools/make_pictures.py [FOLDER]``: FOLDER holds what ``kambin plan … --out FOLDER`` left; `make demo`
makes one. Without it the demonstration is run first. Screenshots need Chromium (Debian `chromium`); without
it they are left as they are, and that is said. Drawings are copied byte by byte.
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


# page of the demonstration → screenshot of its top
PAGES = {"report.html": "report.png", "aid.en.html": "aid.png"}
# drawing of the demonstration → its name here
DRAWINGS = {
    "anatomy/axial-L5-S1.svg": "axial-L5-S1.svg",
    "anatomy/foramina-left.svg": "foramina-left.svg",
    "interlaminar/c-arm-lateral.svg": "c-arm-lateral.svg",
    "posterolateral/corridor-axial.svg": "corridor-axial.svg",
    "posterolateral/endoscope-fragment.svg": "endoscope-fragment.svg",
}


def demonstration(folder: Path) -> Path:
    """Everything that the main job leaves for the demonstration case."""
    words = [
        "plan",
        "examples/cases/demo.yaml",
        "--scan",
        "examples/scans/demo_labels.nii.gz",
        "--out",
        str(folder),
    ]
    subprocess.run([sys.executable, "-m", "kambin", *words], cwd=ROOT, check=True, capture_output=True)
    return folder


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


def copied(folder: Path) -> list[Path]:
    """Drawings, as they are; one that the demonstration no longer makes is an error."""
    made = []
    for source, name in DRAWINGS.items():
        made.append(PICTURES / name)
        made[-1].write_bytes((folder / "pictures" / source).read_bytes())
    return made


def photographed(folder: Path) -> list[Path]:
    """Screenshots of the pages."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        print("screenshots left as they are: no chromium (Debian package `chromium`)")
        return []
    for page, name in PAGES.items():
        screenshot(browser, (folder / page).resolve(), PICTURES / name)
    return [PICTURES / name for name in PAGES.values()]


def main(arguments: list[str]) -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(arguments[0]) if arguments else demonstration(Path(place))
        for path in (*copied(folder), *photographed(folder)):
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main(sys.argv[1:])
