from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from kambin import evidence
from kambin.errors import EvidenceMissing


@pytest.mark.parametrize(
    ("one", "every", "name"),
    [
        (evidence.claim, evidence.claims, "id"),
        (evidence.statement, evidence.statements, "id"),
        (evidence.reference, evidence.references, "key"),
        (evidence.conflict, evidence.conflicts, "id"),
        (evidence.table, evidence.tables, "name"),
        (evidence.benchmark_case, evidence.benchmark_cases, "id"),
    ],
)
def test_one_and_every_are_the_same_records(
    one: Callable[[str], object], every: Callable[[], tuple[object, ...]], name: str
) -> None:
    records = every()
    assert len(records) > 10
    for record in records:
        assert one(getattr(record, name)) is record, "cached: the same object"
        assert dataclasses.is_dataclass(record)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, name, "other")
    with pytest.raises(EvidenceMissing):
        one("no such thing")


def test_a_misspelt_id_is_answered_with_the_nearest() -> None:
    for look_up, wrong, right in [
        (evidence.claim, "F-progresive-deficit", "F-progressive-deficit"),
        (evidence.reference, "peul2077", "peul2007"),
        (evidence.table, "test_acuracy", "test_accuracy"),
    ]:
        with pytest.raises(EvidenceMissing) as raised:
            look_up(wrong)
        assert right in raised.value.now


def test_claims_keep_the_order_of_their_list() -> None:
    names = [claim.id for claim in evidence.claims()]
    assert names != sorted(names)
    assert names[0] == "F-key"


def test_a_figure_of_each_kind_as_it_is_printed() -> None:
    """Spot values copied by hand from the evidence base."""
    assert evidence.statement("R02").numbers[0].startswith("overall 3.6% (95% CI 3.0-4.3)")
    assert evidence.statement("L05").verified == "partial"
    assert evidence.statement("G06").verified is False
    assert evidence.reference("gadjradj2022_pted").pmid == "35190388"
    assert evidence.reference("zhu_multifidus_rldh").year is None
    assert evidence.conflict("K13").verdict == "supported"
    assert evidence.table("recurrence_risk_factors").row("smoking/peld58_meta2023").values["value"] == 1.31
    assert evidence.table("zone_to_root").row("central").verified is False
    assert evidence.table("zone_to_root").row("foraminal").verified == "partial"
    assert evidence.benchmark_case("B21").findings["age"] == 92


def test_values_can_not_be_changed() -> None:
    values = evidence.table("test_accuracy").row("SLR").values
    with pytest.raises(TypeError):
        values["sensitivity"] = 1.0  # type: ignore[index]
    assert values["sens_ci"] == (0.87, 0.95)


def test_a_row_that_is_not_there_names_its_neighbours() -> None:
    with pytest.raises(EvidenceMissing, match="crossed_SLR"):
        evidence.table("test_accuracy").row("crosed_SLR")


def test_a_table_read_at_second_hand_says_so() -> None:
    table = evidence.table("disc_nomenclature")
    assert table.verified == "partial"
    assert "Radiopaedia" in table.note
