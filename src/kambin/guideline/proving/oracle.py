"""A solver that keeps what it learned from one question to the next."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import z3

from kambin.errors import IntegrityError
from kambin.guideline.proving.logic import Formula, both, to_z3
from kambin.guideline.proving.numbers import fraction_of
from kambin.guideline.proving.undisturbed import undisturbed

__all__ = ["Oracle"]

GRID = 64  # steps per unit


class Oracle:
    """Asks whether formulas can hold together.

    Parameters
    ----------
    constraints : sequence of list
        What always holds. The lists may grow; whatever was added is taken in before the next question.
    reals : list
        Real variables, to which a model gives a value that a computer can hold, if it can.
    """

    def __init__(self, constraints: Sequence[list[Any]], reals: Sequence[Any] = ()) -> None:
        self._solver = z3.Solver()
        self._reals = reals
        self._lists = [(items, [0]) for items in constraints]
        self._named: dict[int, tuple[Any, Any]] = {}

    def _take_in(self) -> None:
        for items, taken in self._lists:
            while taken[0] < len(items):
                self._solver.add(to_z3(items[taken[0]]))
                taken[0] += 1

    def assumption(self, formula: Formula) -> Any:
        """A literal that stands for the formula whenever it is assumed."""
        if z3.is_const(formula) or (z3.is_not(formula) and z3.is_const(formula.arg(0))):
            return formula
        key = formula.get_id()
        if key not in self._named:
            constant = z3.FreshConst(z3.BoolSort(), "assume")
            self._solver.add(z3.Implies(constant, formula))
            self._named[key] = (formula, constant)  # keeps the formula alive, so that its id stays its own
        return self._named[key][1]

    @undisturbed
    def model(self, *formulas: Formula) -> Any | None:
        """A model in which all formulas hold, or None when there is none.

        Parameters
        ----------
        *formulas : Formula

        Returns
        -------
        z3.ModelRef or None

        Raises
        ------
        IntegrityError
            When the solver gives up, which it never does in silence.
        """
        if not self.can(*formulas):
            return None
        model = self._solver.model()
        if all(_is_float(fraction_of(model, variable)) for variable in self._reals):
            return model
        return self._solver.model() if self.can(*formulas, self._on_grid()) else model

    def _on_grid(self) -> Any:
        """That every real variable is a multiple of a small power of two, and so a float, exactly."""
        parts = []
        for variable in self._reals:
            steps = z3.Int(f"steps:{variable}")
            parts.append(variable * GRID == z3.ToReal(steps))
        return both(*parts)

    @undisturbed
    def can(self, *formulas: Formula) -> bool:
        """Whether all formulas can hold together."""
        if any(formula is False for formula in formulas):
            return False
        literals = [self.assumption(formula) for formula in formulas if not isinstance(formula, bool)]
        self._take_in()
        answer = self._solver.check(*literals)
        if answer == z3.unknown:
            raise IntegrityError("the solver gave up", why=str(self._solver.reason_unknown()))
        return bool(answer == z3.sat)

    def core(self) -> frozenset[str]:
        """Names of the assumptions that made the last question impossible."""
        return frozenset(str(item) for item in self._solver.unsat_core())


def _is_float(fraction: Fraction) -> bool:
    return Fraction(float(fraction)) == fraction
