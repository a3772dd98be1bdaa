"""Render the sample councils' workbooks page by page, to be looked at: `make docs` writes them to build/pages."""

import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from m365audit.engine.collecting.collect import Silent
from m365audit.sample import demo

PAGES = Path("build/pages")
# Fine enough to read the smallest print on a screen.
DOTS_PER_INCH = "70"


def main() -> int:
    """Audit both sample councils and print every page of every workbook as a picture, that of all councils last."""
    if missing := [tool for tool in ("soffice", "pdftoppm") if not shutil.which(tool)]:
        sys.stderr.write(f"error: {' and '.join(missing)} not found; install LibreOffice Calc and poppler-utils.\n")
        return 2
    shutil.rmtree(PAGES, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "demo"
        outcomes, _ = demo.run(home, lambda _: nullcontext(Silent()))
        of_councils = [path for outcome in outcomes for path in outcome.workbooks]
        for workbook in (*of_councils, *home.glob("*.xlsx")):
            sys.stdout.write(f"{render(workbook, PAGES / workbook.stem)}\n")
    return 0


def render(workbook: Path, folder: Path) -> Path:
    """Every page of one workbook as ``folder/page-NN.png``.

    Raises:
        subprocess.CalledProcessError: LibreOffice could not open or print it.
    """
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as profile:
        own_profile = f"-env:UserInstallation=file://{profile}"
        convert = ["soffice", own_profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
        subprocess.run(convert, check=True, capture_output=True)  # noqa: S603 - our own file, no shell
    printed = folder / f"{workbook.stem}.pdf"
    pages = ["pdftoppm", "-r", DOTS_PER_INCH, "-png", str(printed), str(folder / "page")]
    subprocess.run(pages, check=True, capture_output=True)  # noqa: S603
    return folder


if __name__ == "__main__":
    sys.exit(main())
