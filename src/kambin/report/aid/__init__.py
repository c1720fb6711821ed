"""The patient aid: for this patient, in plain words, the three questions that patients and doctors ask.

How is my treatment chosen, why can (or can not) I have the minimally invasive one, how is recurrence
prevented. Every word comes from a message catalogue, every chance from the plan's outlook: nothing is
computed or decided here.
"""

from __future__ import annotations

from kambin.report.aid.catalogue import LANGUAGES
from kambin.report.aid.page import aid_file_name, render_aid

__all__ = ["LANGUAGES", "aid_file_name", "render_aid"]
