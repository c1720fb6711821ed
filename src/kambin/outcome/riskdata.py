"""Read the model of the recurrence risk; its numbers come from the evidence base, entry by entry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kambin import evidence
from kambin.errors import IntegrityError
from kambin.outcome.effects import Effect, Pooled, log_effect, pool, prior_sd
from kambin.outcome.risktypes import Lowering

__all__ = [
    "FILE",
    "Exclusion",
    "Factor",
    "Prevention",
    "Rate",
    "RiskModel",
    "Technique",
    "When",
    "model_hash",
    "read_model",
    "risk_model",
]

FILE = Path(__file__).with_name("data") / "recurrence.yaml"
TESTS = {"is", "in", "from", "below", "centre", "span", "low", "high"}


@dataclass(frozen=True, slots=True)
class When:
    """A condition on one fact, or the scale of a continuous one.

    Attributes
    ----------
    fact : str
        Name of the fact.
    test : mapping
        One of ``is``, ``in``, ``from``, ``below``; or ``centre``, ``span``, ``low`` and ``high`` for a scale.
    """

    fact: str
    test: Mapping[str, Any]

    def holds(self, value: object) -> bool | None:
        """Return whether a value meets the condition; None for a value that is not known."""
        if value is None:
            return None
        value = getattr(value, "value", value)
        if "is" in self.test:
            return bool(value is self.test["is"])
        if "in" in self.test:
            return value in self.test["in"]
        number = float(value)  # type: ignore[arg-type]
        if "from" in self.test:
            return bool(number >= self.test["from"])
        return bool(number < self.test["below"])


@dataclass(frozen=True, slots=True)
class Rate:
    """One published share of recurrences: percent, and its 95 % limits or the number behind it."""

    percent: float
    limits: tuple[float, float] | None
    number: float | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique with what was published about its recurrences."""

    option: str
    endoscopic: bool
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """A risk factor with its effect.

    Attributes
    ----------
    name, label, cluster : str
        Factors of one cluster are not counted together.
    when : When
        When it is present.
    effect : Pooled
        For the factor, or for `When.test`'s ``span`` of a continuous one.
    share : tuple of float
        Between which shares of the patients studied have it, 0 to 1.
    endoscopic : bool
        Whether it is known for endoscopic techniques only.
    source_ids : tuple of str
        Table rows and statements.
    note : str
        For readers.
    """

    name: str
    label: str
    cluster: str
    when: When
    effect: Pooled
    share: tuple[float, float]
    endoscopic: bool
    source_ids: tuple[str, ...]
    note: str

    @property
    def continuous(self) -> bool:
        """Whether it is a scale."""
        return "centre" in self.when.test


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Patients outside the population of the sources."""

    when: When
    text: str
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prevention:
    """What lowers the risk, and for whom; `when` None is everybody."""

    when: When | None
    endoscopic: bool
    lowering: Lowering


@dataclass(frozen=True, slots=True)
class RiskModel:
    """The whole model; attributes as the head of the file describes them."""

    horizon_months: float
    horizon: str
    horizon_sources: tuple[str, ...]
    draws: int
    interval: float
    about: float
    too_wide: float
    techniques: Mapping[str, Technique]
    factors: tuple[Factor, ...]
    not_used: tuple[str, ...]
    population: tuple[Exclusion, ...]
    prevention: tuple[Prevention, ...]


@cache
def model_hash() -> str:
    """Return the SHA-256 of the file; a model card holds for one version of it only."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()


@cache
def risk_model() -> RiskModel:
    """Return the model that the package carries.

    Raises
    ------
    IntegrityError
        The file contradicts itself or rests on what nobody read.
    EvidenceMissing
        It cites an id that is not in the evidence base.
    """
    from kambin.files import load_yaml

    return read_model(load_yaml(FILE))


def read_model(content: Mapping[str, Any]) -> RiskModel:
    """Return the parsed file as checked records; raises as `risk_model`."""
    settings = content["model"]
    prior = prior_sd(settings["prior_odds_ratio"], settings["interval"])
    common = tuple(settings["share"])
    return RiskModel(
        horizon_months=settings["horizon"]["months"],
        horizon=settings["horizon"]["say"],
        horizon_sources=_sources("horizon", settings["horizon"]["sources"]),
        draws=settings["draws"],
        interval=settings["interval"],
        about=settings["about"],
        too_wide=settings["too_wide"],
        techniques={
            option: Technique(
                option, each["endoscopic"], tuple(_rate(option, rate) for rate in each["baseline"])
            )
            for option, each in content["techniques"].items()
        },
        factors=tuple(_factor(name, each, prior, common) for name, each in content["factors"].items()),
        not_used=tuple(_said(each["what"], each) for each in content["not_used"]),
        population=tuple(
            Exclusion(_when("population", each["when"]), each["say"], _sources("population", each["sources"]))
            for each in content["population"]
        ),
        prevention=tuple(_prevention(each) for each in content["prevention"]),
    )


def _said(where: str, record: Mapping[str, Any]) -> str:
    sources = _sources(where, record["sources"])
    return f"Not in the number: {record['what']} ({record['why']}) [{', '.join(sources)}]"


def _rate(option: str, record: Mapping[str, Any]) -> Rate:
    sources = _sources(option, (record["row"], record["source"]))
    values = evidence.table("recurrence_incidence_pct").row(record["row"].partition("/")[2]).values
    percent = float(values["pct"])
    number = record.get("n")
    if "events" in record:
        number = record["events"] / (percent / 100)
    limits = values.get("ci")
    return Rate(percent, (limits[0], limits[1]) if limits else None, number, sources)


def _factor(name: str, record: Mapping[str, Any], prior: float, common: tuple[float, ...]) -> Factor:
    when = _when(name, record["present"])
    span = when.test.get("span", 1)
    effects = [_effect(name, each, span) for each in record["effects"]]
    low, high = record.get("share", common)
    rows = [each[key] for each in record["effects"] for key in ("row", "source") if key in each]
    return Factor(
        name=name,
        label=record["label"],
        cluster=record["cluster"],
        when=when,
        effect=pool(effects, prior),
        share=(low / 100, high / 100),
        endoscopic=record.get("endoscopic", False),
        source_ids=tuple(dict.fromkeys(_sources(name, [*record["source"], *rows]))),
        note=record.get("note", ""),
    )


def _effect(where: str, record: Mapping[str, Any], span: float) -> Effect:
    how = record.get("as", "odds ratio")
    if how == "none":
        return Effect(0.0, None)
    values = _row(record["row"]) if "row" in record else record
    if how == "shares":
        ours, others = values["value"] / 100, values["comparator"] / 100
        return log_effect(ours / (1 - ours) / (others / (1 - others)))
    _demand(how in ("odds ratio", "reversed"), where, "as: odds ratio, reversed, shares or none")
    low, high = values.get("ci", (None, None))
    effect = log_effect(values["value"], low, None if record.get("limits") == "lower" else high)
    sign = -1.0 if how == "reversed" else 1.0
    return Effect(sign * span * effect.log, None if effect.se is None else span * effect.se)


def _row(name: str) -> Mapping[str, Any]:
    table, _, key = name.partition("/")
    return evidence.table(table).row(key).values


def _when(where: str, record: Mapping[str, Any]) -> When:
    test = {key: value for key, value in record.items() if key != "fact"}
    _demand(bool(test) and set(test) <= TESTS, where, f"a condition is one of {', '.join(sorted(TESTS))}")
    return When(record["fact"], test)


def _prevention(record: Mapping[str, Any]) -> Prevention:
    where = "prevention"
    lowering = Lowering(
        text=record["say"],
        rules=tuple(record["rules"]),
        claims=_sources(where, record["claims"]),
        source_ids=_sources(where, record["sources"]),
        conflicts=_sources(where, record.get("conflicts", ())),
    )
    when = _when(where, record["when"]) if "when" in record else None
    return Prevention(when, record.get("endoscopic", False), lowering)


def _sources(where: str, names: Iterable[str]) -> tuple[str, ...]:
    for name in names:
        _demand(evidence.may_drive(name), where, f"{name} was recalled and not read: it may not drive")
    return tuple(names)


def _demand(holds: bool, where: str, rule: str) -> None:
    if not holds:
        raise IntegrityError(rule, where=f"kambin/outcome/data/{FILE.name}: {where}")
