"""Show what a wrong case file gets: used by the documentation, so that the message there is the real one."""

from __future__ import annotations

import subprocess
import sys

WRONG = """\
patient: {age_years: 430, sex: femal}
symptoms: {fever: true, leg_pain_nrs: 8.5}
"""

done = subprocess.run(
    [sys.executable, "-m", "kambin", "case", "check", "-"],
    input=WRONG,
    capture_output=True,
    text=True,
    check=False,
)
print(WRONG + f"# exit code {done.returncode}")
print(done.stderr.strip())
