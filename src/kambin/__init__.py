"""kambin: from symptoms, signs and scans to an explained plan for a lumbar disc herniation.

Decision support for clinicians; not a certified medical device.
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
