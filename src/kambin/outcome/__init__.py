"""What to expect: published figures of every option side by side, conservative care always among them.

>>> from kambin.outcome import forecast
>>> outlook = forecast(["transforaminal_endoscopy"], {"disc_type": "sequestration"})
>>> [row.option for row in outlook.rows]
['structured_conservative_care', 'transforaminal_endoscopy']
>>> [(f.low, f.high, f.unit) for f in outlook.rows[0].figures if f.outcome == "resorption"]
[(87.77, 96, '%')]
"""

from __future__ import annotations

from kambin.outcome.forecast import forecast
from kambin.outcome.types import Figure, Outcome, Outlook, OutlookRow

__all__ = ["Figure", "Outcome", "Outlook", "OutlookRow", "forecast"]
