"""The unit tests that a mapping file carries: run as the real thing would run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.mapping.activities import ActivityMapping, run_activity_case
from connector.mapping.compiled import ObjectMapping
from connector.mapping.grammar import CaseRule
from connector.mapping.loading import MappingSet
from connector.mapping.translation import translate
from connector.mapping.writing import payload
from connector.model.progress import Problem
from connector.model.records import RawRecord, RecordRef, Scalar


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case run: where it stands, whether it passed, and what differed, in sentences."""

    path: str
    line: int
    name: str
    passed: bool
    differences: tuple[str, ...] = ()


def run_cases(mappings: MappingSet) -> list[CaseResult]:
    """Run every case of every mapping, in the order of the files."""
    results = [result for key in sorted(mappings.mappings) for result in _of(mappings.mappings[key])]
    return results + [
        result for key in sorted(mappings.activities) for result in _of_activities(mappings.activities[key])
    ]


def _of(mapping: ObjectMapping) -> list[CaseResult]:
    results = []
    for index, case in enumerate(mapping.file.cases):
        differences = _write(case, mapping) if case.write else _read(case, mapping)
        line = mapping.document.place(("cases", index))[0]
        results.append(CaseResult(mapping.path, line, case.name, not differences, tuple(differences)))
    return results


def _of_activities(mapping: ActivityMapping) -> list[CaseResult]:
    results = []
    for index, case in enumerate(mapping.file.cases):
        differences = run_activity_case(case, mapping)
        line = mapping.document.place(("cases", index))[0]
        results.append(CaseResult(mapping.path, line, case.name, not differences, tuple(differences)))
    return results


def _read(case: CaseRule, mapping: ObjectMapping) -> list[str]:
    raw = RawRecord(RecordRef(mapping.system, mapping.object, "case"), case.given)
    done = translate(raw, mapping)
    found = dict(done.record.values) if done.record else {}
    noted = _noted("problem", case.problems, done.problems) + _noted("doubt", case.doubts, done.doubts)
    if done.record is None and case.expect:
        return [*noted, "no record came out"]
    return noted + _compare(case.expect, found, missing=None)


def _write(case: CaseRule, mapping: ObjectMapping) -> list[str]:
    sent = payload(case.write, mapping, None, creating=False)
    noted = _noted("problem", case.problems, sent.problems) + _noted("doubt", case.doubts, sent.doubts)
    differences = noted + _compare(case.sends, sent.fields, missing=None)
    extra = [name for name in sent.fields if name not in case.sends]
    return differences + [f"{name}: {sent.fields[name]!r} would be sent, which `sends` does not name" for name in extra]


def _compare(expected: Mapping[str, Scalar], found: Mapping[str, Scalar], missing: Scalar) -> list[str]:
    return [
        f"{name}: expected {value!r}, got {found.get(name, missing)!r}"
        for name, value in expected.items()
        if not _same(value, found.get(name, missing))
    ]


def _same(expected: Scalar, found: Scalar) -> bool:
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    return (expected if expected != "" else None) == found


def _noted(what: str, expected: Mapping[str, str], problems: tuple[Problem, ...]) -> list[str]:
    found = {problem.field: problem for problem in problems}
    wrong = [
        f"{name}: expected the {what} {code}, got {found[name].code if name in found else 'none'}"
        for name, code in expected.items()
        if name not in found or found[name].code != code
    ]
    extra = [f"{name}: {problem.code}: {problem.message}" for name, problem in found.items() if name not in expected]
    return wrong + extra
