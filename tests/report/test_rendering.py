"""The workbook as another program shows it: opened, fitted to paper, counted in pages."""

import contextlib
import re
import shutil
import subprocess
import zlib
from pathlib import Path

A4_LONG, A4_SHORT = 842, 595


def _unpacked(pdf: bytes) -> bytes:
    """The document with its compressed streams opened, since newer versions keep the pages' sizes in them."""
    opened = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            opened.append(zlib.decompress(stream))
    return b"\n".join(opened)


def test_libreoffice_opens_the_clerks_workbook_and_fits_it_to_a_few_pages(clerk_file: Path, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice is needed to see the workbook as people do: install it, so that soffice is found"
    profile = (tmp_path / "profile").as_uri()
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(clerk_file)], check=True, capture_output=True, timeout=180)
    pdf = _unpacked((tmp_path / f"{clerk_file.stem}.pdf").read_bytes())
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
    assert all((round(float(w)), round(float(h))) == (A4_LONG, A4_SHORT) for w, h in boxes)
    # Eighteen sheets: some of them go on over a second or third page, none falls apart over many.
    assert 18 <= len(boxes) <= 36
