from __future__ import annotations

import pytest

from kambin import evidence
from kambin.errors import EvidenceMissing


@pytest.mark.parametrize(
    ("name", "citation"),
    [
        ("weinstein2006_sport_rct", "Weinstein 2006, JAMA"),
        ("vanderwindt2010_cochrane_exam", "van der Windt 2010, Cochrane Database Syst Rev"),
        ("kerr2015_sport8y_subgroups", "Kerr 2015, Clin Orthop Relat Res"),
        ("petr2022_motor_timing", "Petr 2022, Neurosurgery"),
        ("nass2014_fusion_coverage", "North American Spine Society 2014, NASS / BCBSND"),
        ("abdelfattah2023_recurrence_meta", "Abdel-Fattah 2023, Acta Orthop Belg"),
        ("peld58_meta2023", "Neurosurg Rev 2023"),
        ("issls2025_sequestrectomy", "ISSLS 2025 annual meeting"),
        ("zhu_multifidus_rldh", "Zhu, Neurospine"),
        ("carragee2003", "Carragee 2003, J Bone Joint Surg Am (not verified)"),
        ("document_R", "document R"),
        ("R-ladder", "document R, R-ladder"),
        ("F-key", "document F, F-key"),
        ("O08", "Bailey 2020, N Engl J Med"),
        ("K10", "Weinstein 2006, JAMA; Gadjradj 2017, Spine; 1 more"),
        ("B01", "Weinstein 2006, JAMA; J Bone Joint Surg Am 2007"),
        ("surgery_effect_leg_pain_0_100", "Liu 2023, BMJ; pcmedproject.com 2023"),
        ("A20", "Mysliwiec 2010, Eur Spine J (read in part)"),
        ("G06", "Kreiner 2014, Spine J (not verified)"),
    ],
)
def test_short_citations(name: str, citation: str) -> None:
    assert evidence.cite(name) == citation


def test_every_entry_has_a_citation_fit_to_print() -> None:
    names = [r.key for r in evidence.references()] + [s.id for s in evidence.statements()]
    for name in names:
        text = evidence.cite(name)
        assert text.strip() == text
        assert 3 < len(text) < 200, text
        assert "None" not in text
        assert "memory" not in text
        assert "et al" not in text


def test_what_was_only_recalled_drives_nothing() -> None:
    for name in (
        "G06",
        "carragee2003",
        "zone_to_root/central",
        "instability_thresholds/White & Panjabi (memory)",
    ):
        assert evidence.verified(name) is False
        assert not evidence.may_drive(name)
        assert evidence.caveat(name).startswith("not verified")


def test_what_was_read_in_part_drives_with_a_flag() -> None:
    for name in ("X04", "L05", "zone_to_root", "zone_to_root/foraminal", "disc_nomenclature/extrusion"):
        assert evidence.may_drive(name)
        assert evidence.caveat(name).startswith("read in part")
    assert evidence.statement("X04").note in evidence.caveat("X04")


def test_what_was_read_drives_without_one() -> None:
    for name in ("O09", "peul2007", "K01", "R-bed-rest", "B13", "test_accuracy", "test_accuracy/SLR"):
        assert evidence.may_drive(name)
        assert evidence.caveat(name) == ""


def test_the_flag_follows_the_status_for_every_entry() -> None:
    names = [s.id for s in evidence.statements()] + [r.key for r in evidence.references()]
    names += [f"{t.name}/{row.key}" for t in evidence.tables() for row in t.rows]
    for name in names:
        assert evidence.may_drive(name) == (evidence.verified(name) in (True, "partial"))
        assert bool(evidence.caveat(name)) == (evidence.verified(name) is not True)


def test_a_claim_comes_from_its_document() -> None:
    assert evidence.references_of("F-key") == ("document_F",)
    assert evidence.references_of("R-ladder") == ("document_R",)
    assert evidence.references_of("test_accuracy/SLR") == evidence.table("test_accuracy").references
    for claim in evidence.claims():
        assert evidence.references_of(claim.id) == (f"document_{claim.id[0]}",)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("R-lader", "R-ladder"), ("weinstein2006", "weinstein2006_sport_rct"), ("test_accuracy/SRL", "SLR")],
)
def test_a_wrong_id_is_refused_with_the_nearest(wrong: str, right: str) -> None:
    assert not evidence.exists(wrong)
    for ask in (evidence.kind_of, evidence.cite, evidence.may_drive, evidence.caveat, evidence.references_of):
        with pytest.raises(EvidenceMissing) as raised:
            ask(wrong)
        assert right in raised.value.now


def test_exists() -> None:
    assert evidence.exists("R-ladder")
    assert evidence.exists("test_accuracy/SLR")
    assert not evidence.exists("")
