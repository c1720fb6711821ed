"""How to get there: the safest working corridor, with a certificate.

The array libraries behind this room are heavy, so a name is loaded when it is first used.
"""

from __future__ import annotations
