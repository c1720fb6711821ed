"""What may stand in a knowledge, profile, theorem or axiom file, checked field by field."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from kambin.errors import IntegrityError
from kambin.guideline.documents import LINE
from kambin.guideline.knowledge import ROLES, PolicyKind, Role, Strength

__all__ = [
    "ArgumentId",
    "ArgumentSpec",
    "AxiomFile",
    "ChangeSpec",
    "DecisionSpec",
    "LimitSpec",
    "OptionSpec",
    "ProfileFile",
    "ScopeFile",
    "Spec",
    "TheoremFile",
    "TheoremSpec",
    "check",
]

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
ArgumentId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]*$")]


class Spec(BaseModel):
    """Base: unknown keys are errors; `line` is the line in the file."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    line: int = Field(default=0, alias="__line__")


class ArgumentSpec(Spec):
    """An argument as written."""

    id: ArgumentId
    when: str
    say: str
    source: tuple[str, ...] = ()
    cite: tuple[str, ...] = ()
    strength: Strength
    conflicts: tuple[str, ...] = ()
    because: str = ""
    file: str = ""


class OptionSpec(Spec):
    """An option as written."""

    label: str
    say: str
    rung: Literal["", "conservative", "minimally_invasive", "open", "addition"] = ""
    addition: bool = False
    any: tuple[ArgumentSpec, ...] = ()
    require: tuple[ArgumentSpec, ...] = ()
    exclude: tuple[ArgumentSpec, ...] = ()
    veto: tuple[ArgumentSpec, ...] = ()
    for_: tuple[ArgumentSpec, ...] = Field(default=(), alias="for")
    against: tuple[ArgumentSpec, ...] = ()

    def role(self, role: Role) -> tuple[ArgumentSpec, ...]:
        """The arguments in one role."""
        found: tuple[ArgumentSpec, ...] = getattr(self, "for_" if role == "for" else role)
        return found

    def with_role(self, role: Role, arguments: tuple[ArgumentSpec, ...]) -> OptionSpec:
        """Copy with other arguments in one role."""
        return self.model_copy(update={"for_" if role == "for" else role: arguments})


class PolicySpec(Spec):
    """How options are answered."""

    kind: PolicyKind
    margin: int = Field(default=0, ge=0, le=100)


class TheoremSpec(Spec):
    """A theorem or an invariant as written."""

    id: ArgumentId
    decision: str = ""
    claim: str = ""
    conflict: str = ""
    profiles: tuple[str, ...] = ("source", "current")
    possible: bool = False
    given: str
    then: dict[str, Any]
    say: str = ""

    @field_validator("then")
    @classmethod
    def _no_line(cls, value: dict[str, Any]) -> dict[str, Any]:
        return {key: item for key, item in value.items() if key != LINE}


class TestSpec(Spec):
    """A case beside the knowledge as written."""

    __test__ = False

    name: str
    claims: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ("source", "current")
    facts: dict[str, bool | int | float | str | None] = Field(default_factory=dict)
    expect: dict[str, Any]

    @field_validator("facts", "expect", mode="before")
    @classmethod
    def _no_line(cls, value: Any) -> Any:
        return {
            key: {k: v for k, v in item.items() if k != LINE} if isinstance(item, dict) else item
            for key, item in value.items()
            if key != LINE
        }


class DecisionSpec(Spec):
    """A decision file."""

    decision: Id
    version: str
    question: str
    policy: PolicySpec
    uses: tuple[str, ...] = ()
    define: dict[str, Any] = Field(default_factory=dict)
    options: dict[Id, OptionSpec]
    invariants: tuple[TheoremSpec, ...] = ()
    tests: tuple[TestSpec, ...] = ()

    @field_validator("policy", mode="before")
    @classmethod
    def _short_policy(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value

    @field_validator("define", "options", mode="before")
    @classmethod
    def _no_line(cls, value: Any) -> Any:
        return {key: item for key, item in (value or {}).items() if key != LINE}


class ChangeSpec(Spec):
    """One change of a profile or an overlay; exactly one operation."""

    because: str
    say: str
    remove: dict[str, Any] | None = None
    add: dict[str, Any] | None = None
    change: dict[str, Any] | None = None
    define: dict[str, Any] | None = None
    set_policy: dict[str, Any] | None = None
    add_option: dict[str, Any] | None = None
    argument: ArgumentSpec | None = None
    option: OptionSpec | None = None
    set: dict[str, Any] | None = None

    OPERATIONS: tuple[str, ...] = Field(
        default=("remove", "add", "change", "define", "set_policy", "add_option"), exclude=True
    )

    @model_validator(mode="after")
    def _one_operation(self) -> ChangeSpec:
        if sum(getattr(self, name) is not None for name in self.OPERATIONS) != 1:
            raise ValueError(f"exactly one of {', '.join(self.OPERATIONS)}")
        if (self.add is not None) != (self.argument is not None):
            raise ValueError("`add` goes with `argument`")
        if (self.change is not None) != (self.set is not None):
            raise ValueError("`change` goes with `set`")
        if self.add is not None and self.add.get("role") not in ROLES:
            raise ValueError(f"`add.role` is one of {', '.join(ROLES)}")
        return self

    @property
    def operation(self) -> str:
        """Name of the operation."""
        return next(name for name in self.OPERATIONS if getattr(self, name) is not None)

    @property
    def target(self) -> dict[str, Any]:
        """The operation's address."""
        found: dict[str, Any] = getattr(self, self.operation)
        return found


class ProfileFile(Spec):
    """A profile or an overlay file."""

    profile: str
    version: str = "1.0.0"
    title: str = ""
    kind: Literal["profile", "local"] = "profile"
    changes: tuple[ChangeSpec, ...] = ()


class TheoremFile(Spec):
    """A file of theorems."""

    theorems: tuple[TheoremSpec, ...]


class AxiomSpec(Spec):
    """An axiom as written."""

    id: ArgumentId
    holds: str


class AxiomFile(Spec):
    """A file of axioms."""

    axioms: tuple[AxiomSpec, ...]


class LimitSpec(Spec):
    """A border of the scope as written."""

    id: ArgumentId
    when: str
    say: str
    cite: tuple[str, ...] = Field(min_length=1)


class ScopeFile(Spec):
    """The file of the scope."""

    outside: tuple[LimitSpec, ...]


SpecT = TypeVar("SpecT", bound=Spec)


def check(model: type[SpecT], document: dict[str, Any], file: str) -> SpecT:
    """Validate one document.

    Parameters
    ----------
    model : type
        One of the file models of this module.
    document : dict
        With lines, as `read_document` gives it.
    file : str
        Name for messages.

    Returns
    -------
    model instance

    Raises
    ------
    IntegrityError
        With file, line and field of every problem.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        problems = []
        for item in error.errors(include_url=False):
            line, node = 1, cast(Any, document)
            for part in item["loc"]:
                try:
                    node = node[part]
                except (KeyError, IndexError, TypeError):
                    break
                if isinstance(node, dict):
                    line = node.get(LINE, line)
            field = ".".join(str(part) for part in item["loc"])
            problems.append(f"{file}:{line}: {field}: {item['msg']}")
        raise IntegrityError(f"{len(problems)} problem(s) in {file}", why="\n  ".join(problems)) from None
