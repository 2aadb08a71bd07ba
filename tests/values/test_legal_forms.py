"""Legal forms of firms: spellings in many countries and scripts, kinds, and what may stand for what."""

from __future__ import annotations

import pytest

from connector.values import company, legal_forms

SAMPLES = """
US Acme Inc.|US Acme, L.L.C.|GB Acme PLC|GB Acme Ltd|IE Acme DAC|CA Acme ULC|AU Acme Pty Ltd|NZ Acme Limited
IN Acme Pvt. Ltd.|SG Acme Pte Ltd|MY Acme Sdn Bhd|HK Acme Company Limited|CN Acme 有限公司|JP 株式会社Acme|JP Acme K.K.
KR 주식회사 Acme|TW Acme 股份有限公司|ID PT Acme Tbk|VN Công ty TNHH Acme|TH Acme Co., Ltd.|AE Acme FZE|QA Acme W.L.L.
DE Acme GmbH & Co. KG|DE Acme UG (haftungsbeschränkt)|DE Acme e.K.|AT Acme Ges.m.b.H.|CH Acme AG|FR Acme S.A.R.L.
FR Acme SAS|FR Acme EURL|FR Acme SNC|BE Acme BVBA|NL Acme B.V.|NL Stichting Acme|LU Acme S.à r.l.|ES Acme, S.L.U.
PT Acme Lda.|BR Acme Ltda.|BR Acme EIRELI|MX Acme S.A. de C.V.|MX Acme S. de R.L. de C.V.|AR Acme S.R.L.|PE Acme S.A.C.
CL Acme SpA|IT Acme S.p.A.|IT Acme S.r.l.s.|SE Acme AB|SE Acme AB (publ)|NO Acme AS|NO Acme ASA|DK Acme A/S|DK Acme ApS
FI Acme Oy|FI Acme Oyj|IS Acme ehf.|PL Acme Sp. z o.o.|PL Acme sp.k.|CZ Acme s.r.o.|CZ Acme spol. s r.o.|SK Acme a.s.
HU Acme Kft.|HU Acme Zrt.|HU Acme Nyrt.|RO SC Acme SRL|BG Acme ЕООД|RS Acme d.o.o.|HR Acme j.d.o.o.|LT UAB Acme
LV SIA Acme|EE Acme OÜ|RU ООО Acme|RU ПАО Acme|RU Acme OJSC|UA ТОВ Acme|KZ ТОО Acme|TR Acme Ltd. Şti.|TR Acme A.Ş.
GR Acme Α.Ε.|GR Acme Ε.Π.Ε.|IL Acme בע"מ|SA شركة Acme|ZA Acme CC|ZA Acme NPC|EU Acme SE|KW Acme K.S.C.
"""


@pytest.mark.parametrize("sample", [row.strip() for row in SAMPLES.replace("\n", "|").split("|") if row.strip()])
def test_form_is_told_from_name(sample: str) -> None:
    """In each country the form comes off the name and is kept."""
    text = sample[3:]
    assert company.core(text) == "acme"
    assert company.legal_form(text) in legal_forms.FORMS


def test_forms_of_many_countries() -> None:
    """The table covers well over thirty countries, each form with a kind and a home."""
    homes = frozenset[str]().union(*(form.countries for form in legal_forms.FORMS.values()))
    assert len(homes) > 60
    assert {form.kind for form in legal_forms.FORMS.values()} == {
        "any", "civic", "coop", "limited", "partner", "sole", "stock",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("Siemens Aktiengesellschaft", "Siemens AG"),
        ("Siemens Aktiengeselschaft", "SiemensAG"),
        ("Gazprom Open Joint Stock Company", "OJSC Gazprom"),
        ("Limited Liability Company Krasota", "Krasota LLC"),
        ("Societatea cu Răspundere Limitată Pro Traffic", "Pro Traffic SRL"),
        ("Общество с ограниченной ответственностью Ромашка", "ООО Ромашка"),
    ],
)
def test_written_out_forms_are_short_forms(long: str, short: str) -> None:
    """A form written out, with a slip of the finger or glued to the name is its short form."""
    assert company.core(long) == company.core(short)
    assert company.legal_form(long) == company.legal_form(short)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("gmbh", "gmbh", "same"),
        ("gmbh", "llc", "akin"),
        ("gmbh", "ag", "different"),
        ("co", "ag", "akin"),
        ("gmbh", "", "different"),
    ],
)
def test_forms_may_translate(one: str, other: str, expected: str) -> None:
    """Forms of one kind may be translations of each other; words such as 'company' go with all."""
    assert legal_forms.relation(one, other) == expected


@pytest.mark.parametrize("text", ["Bank of China", "Air France", "Government of Estonia", "Volkswagen of America"])
def test_country_stays_in_the_name(text: str) -> None:
    """A country that makes the name is not taken off."""
    assert company.core(text) == text.lower()
