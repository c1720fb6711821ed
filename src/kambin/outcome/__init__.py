"""What to expect: published figures of every option side by side, conservative care always among them.

>>> from kambin.outcome import forecast, recurrence_risk
>>> outlook = forecast(["transforaminal_endoscopy"], {"disc_type": "sequestration"})
>>> [row.option for row in outlook.rows]
['structured_conservative_care', 'transforaminal_endoscopy']
>>> [(f.low, f.high, f.unit) for f in outlook.rows[0].figures if f.outcome == "resorption"]
[(87.77, 96, '%')]
>>> recurrence_risk("transforaminal_endoscopy", {"age_years": 15}).kind
'none'
"""

from __future__ import annotations

from kambin.outcome.card import SignedCard, load_card
from kambin.outcome.forecast import forecast
from kambin.outcome.recurrence import out_of_scope, recurrence_risk
from kambin.outcome.risktypes import FactorNote, Lowering, NoRecurrenceRisk, RecurrenceRisk
from kambin.outcome.types import (
    CardNote,
    Cell,
    ClaimBeside,
    Comparison,
    Feature,
    Figure,
    Forecast,
    Later,
    Outcome,
    Outlook,
    OutlookRow,
)

__all__ = [
    "CardNote",
    "Cell",
    "ClaimBeside",
    "Comparison",
    "FactorNote",
    "Feature",
    "Figure",
    "Forecast",
    "Later",
    "Lowering",
    "NoRecurrenceRisk",
    "Outcome",
    "Outlook",
    "OutlookRow",
    "RecurrenceRisk",
    "SignedCard",
    "forecast",
    "load_card",
    "out_of_scope",
    "recurrence_risk",
]
