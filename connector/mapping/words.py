"""The words that ``conversion.yaml`` writes on leads, held against what the mappings of the leads can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector.mapping.conversion import ConversionFile
from connector.mapping.grammar import FieldRule, MappingFile, Plain
from connector.mapping.soundness import closest
from connector.model.document import Document, Loc
from connector.model.progress import FieldShape, ObjectShape


def check_words(
    file: ConversionFile,
    document: Document,
    leads: Sequence[tuple[MappingFile, Document]],
    shapes: Mapping[str, Mapping[str, ObjectShape]],
) -> None:
    """Note in *document* every word that a picklist table of *leads* has no way into the CRM for.

    A word that the CRM's own list has is written as it is (see `payload`), which only *shapes* can tell.
    """
    for loc, name, word in _words(file):
        for mapping, where in leads:
            rule = mapping.fields.get(name)
            if rule is None or not rule.writes or not rule.sources:
                continue
            shape = shapes.get(mapping.system, {}).get(mapping.object)
            described = shape.fields.get(rule.sources[0].field[0]) if shape else None
            if not _can_say(rule, word, described):
                known = _known(rule, described)
                what = f"{where.where(('fields', name))} has no word of {mapping.system} for `{word}`"
                fix = closest(word, known) or f"write one of {', '.join(f'`{each}`' for each in known)}"
                document.find(loc, "unknown-word", what, f"{fix}; or add it to `values` or `written_as` there")


def _words(file: ConversionFile) -> Iterator[tuple[Loc, str, str]]:
    """Texts that stand for themselves: the place, the lead's field, and the word."""
    parts: list[tuple[Loc, Mapping[str, Plain]]] = [
        (("write_back", verdict.value), fields) for verdict, fields in file.write_back.items()
    ]
    parts.append((("push_back", "links"), file.push_back.links))
    for loc, fields in parts:
        for name, word in fields.items():
            if isinstance(word, str) and word and "{" not in word:
                yield (*loc, name), name, word


def _can_say(rule: FieldRule, word: str, described: FieldShape | None) -> bool:
    """Whether the table leads back from *word*, or the field takes words of the CRM's own."""
    if not rule.values or word in rule.values.values() or word in rule.written_as:
        return True
    return described is not None and word in described.values


def _known(rule: FieldRule, described: FieldShape | None) -> list[str]:
    """The words that can be written, each once."""
    ours = [*rule.values.values(), *rule.written_as, *(described.values if described else ())]
    return list(dict.fromkeys(str(word) for word in ours if word is not None))
