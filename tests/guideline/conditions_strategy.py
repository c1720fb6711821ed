"""Random conditions as SQL text, over a handful of real facts, and rows with unknowns."""

from __future__ import annotations

from hypothesis import strategies as st

BOOLS = ("fever", "saddle_anaesthesia", "disc_calcified")
NUMBERS = {"age_years": (0, 120), "leg_pain_nrs": (0, 10), "back_pain_nrs": (0, 10)}
DECIMALS = {"symptom_weeks": (0, 100), "disc_canal_compromise_percent": (0, 100)}
WORDS = {
    "disc_type": ("none", "bulge", "protrusion", "extrusion", "sequestration"),
    "disc_level": ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"),
}
NAMES = (*BOOLS, *NUMBERS, *DECIMALS, *WORDS)

_ORDER = ("<", "<=", ">", ">=")


def _number_leaf(name: str, low: int, high: int, ops: tuple[str, ...]) -> st.SearchStrategy[str]:
    edge = st.integers(low, high)
    return st.one_of(
        st.builds(lambda op, k: f"{name} {op} {k}", st.sampled_from(ops), edge),
        st.builds(lambda a, b: f"{name} BETWEEN {min(a, b)} AND {max(a, b)}", edge, edge),
        st.builds(lambda op, k: f"{name} * 2 + 1 {op} {2 * k + 1}", st.sampled_from(ops), edge),
        st.builds(lambda op, k: f"{k} {op} {name}", st.sampled_from(ops), edge),
    )


def leaves() -> st.SearchStrategy[str]:
    """One comparison or yes/no fact."""
    return st.one_of(
        st.sampled_from(BOOLS),
        st.sampled_from([f"{name} = FALSE" for name in BOOLS]),
        *(_number_leaf(n, lo, hi, (*_ORDER, "=", "<>")) for n, (lo, hi) in NUMBERS.items()),
        *(_number_leaf(n, lo, hi, _ORDER) for n, (lo, hi) in DECIMALS.items()),
        st.sampled_from(["leg_pain_nrs > back_pain_nrs", "back_pain_nrs - 2 >= leg_pain_nrs"]),
        *(
            st.builds(
                lambda words, name=name: f"{name} IN ({', '.join(repr(w) for w in words)})",
                st.lists(st.sampled_from(domain), min_size=1, max_size=3, unique=True),
            )
            for name, domain in WORDS.items()
        ),
        *(
            st.builds(
                lambda op, w, name=name: f"{name} {op} {w!r}",
                st.sampled_from(["=", "<>"]),
                st.sampled_from(domain),
            )
            for name, domain in WORDS.items()
        ),
    )


def texts(null_tests: bool = False) -> st.SearchStrategy[str]:
    """A boolean expression; with `null_tests` also IS NULL."""
    base = leaves()
    if null_tests:
        base = st.one_of(
            base,
            st.builds(lambda n, t: f"{n} IS {t}NULL", st.sampled_from(NAMES), st.sampled_from(["", "NOT "])),
        )
    return st.recursive(
        base,
        lambda inner: st.one_of(
            st.builds(lambda a, b: f"({a}) AND ({b})", inner, inner),
            st.builds(lambda a, b: f"({a}) OR ({b})", inner, inner),
            st.builds(lambda a: f"NOT ({a})", inner),
            st.builds(lambda a, b, c: f"{a} AND NOT ({b}) OR {c}", inner, inner, inner),
        ),
        max_leaves=8,
    )


def rows(complete: bool = False) -> st.SearchStrategy[dict[str, object]]:
    """Values of the facts above; None is unknown."""

    def maybe(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        return values if complete else st.one_of(st.none(), values)

    fields: dict[str, st.SearchStrategy[object]] = {name: maybe(st.booleans()) for name in BOOLS}
    fields |= {name: maybe(st.integers(lo, hi)) for name, (lo, hi) in NUMBERS.items()}
    fields |= {
        name: maybe(st.integers(lo * 2, hi * 2).map(lambda k: k / 2)) for name, (lo, hi) in DECIMALS.items()
    }
    fields |= {name: maybe(st.sampled_from(words)) for name, words in WORDS.items()}
    return st.fixed_dictionaries(fields)
