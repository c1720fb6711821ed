"""The command line.

Exit codes: 0 answered; 1 answered but undetermined, or a red flag; 2 usage; 3 bad input; 4 out of scope; 70 a
defect of kambin itself. Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import os
import sys

__all__ = ["ANSWERED", "DEFECT", "OPEN", "main"]

ANSWERED = 0
OPEN = 1
DEFECT = 70


def main() -> None:
    """Run the command line and leave with its exit code; never shows a traceback without ``--debug``."""
    debug = "--debug" in sys.argv
    try:
        code = _run()
    except BrokenPipeError:  # the reader of our output went away: `kambin … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ANSWERED
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        code = 130
    except Exception as error:
        if debug:
            raise
        print(f"kambin: internal error: {type(error).__name__}", file=sys.stderr)
        print("  this is a defect of kambin; run again with --debug to see where", file=sys.stderr)
        code = DEFECT
    sys.exit(code)


def _run() -> int:
    from kambin.cli.app import app
    from kambin.errors import KambinError

    try:
        app()  # leaves with SystemExit, also for usage errors
    except KambinError as error:
        if "--debug" in sys.argv:
            raise
        print(f"kambin: {error}", file=sys.stderr)
        return error.exit_code
    return ANSWERED
