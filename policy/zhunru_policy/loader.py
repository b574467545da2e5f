"""A folder of rule files becomes a `Policy`, or is refused with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from .errors import Diagnostic, PolicyError
from .ir.lowering import lower
from .language import syntax
from .language.checker import check
from .language.parser import parse, read_text
from .pack.checks import absences, check_pack
from .pack.needs import needs
from .pack.vocabulary import ADDED, APPLICANT, GIVEN, MISSING, NEEDS, PERIOD, InputSpec, Vocabulary
from .policy import Policy

#: The file name of what the loader adds, in diagnostics and exports.
ADDED_FILE = "loader.dl"


def load_pack(pack: str | Path) -> Policy:
    """Loads a pack by the name of one that comes with the package, or by its folder.

    Raises `PolicyError` with every diagnostic: syntax, the language's checks, and those of `packs/README.md`.
    """
    folder = pack_folder(pack)
    paths = sorted(folder.glob("*.dl"))
    if not paths:
        raise PolicyError(
            [_at(str(folder), "is no pack: it has no `.dl` file", "name a folder of rule files, or a pack")]
        )
    return build_policy(folder.name, {path.name: read_text(path) for path in paths}, folder)


def pack_folder(pack: str | Path) -> Path:
    """The folder of a pack; a bare name that is no folder here means one that comes with the package."""
    folder = Path(pack)
    if folder.is_dir():
        return folder
    own = Path(str(files("zhunru_policy"))) / "packs"
    if folder.name == str(pack) and (own / folder).is_dir():
        return own / folder
    known = ", ".join(sorted(path.parent.name for path in own.glob("*/*.dl"))) if own.is_dir() else ""
    known = ", ".join(dict.fromkeys(known.split(", ")))
    raise PolicyError([_at(str(pack), "is no pack", f"give a folder of `.dl` files, or one of {known}")])


def build_policy(name: str, sources: Mapping[str, str], folder: Path | None = None) -> Policy:
    """The policy of rule texts by file name, in their order. Raises `PolicyError`."""
    own = _parse_all(sources)
    _refuse(list(_check_added_names(own)))
    added = additions(own)
    program = own + parse(added, ADDED_FILE)
    findings = [d for d in check(program, strict=True) if d.span.file != ADDED_FILE or d.severity == "error"]
    _refuse(findings)
    vocabulary = Vocabulary(program)
    _refuse(list(check_pack(vocabulary)))
    return Policy(
        name=name,
        sources={**sources, ADDED_FILE: added},
        vocabulary=vocabulary,
        core=lower(program),
        warnings=tuple(finding for finding in findings if finding.severity == "warning"),
        absences=tuple(absences(vocabulary)),
        folder=folder,
    )


def additions(program: syntax.Program) -> str:
    """What the loader adds to a pack, as text."""
    vocabulary = Vocabulary(program)
    lines = [
        "// Added by the loader: the applicant, the period, what was given, what is missing, what each rule needs.",
        f".decl {APPLICANT}(a: symbol)",
        f".input {APPLICANT}",
        f".decl {PERIOD}(p: number)",
        f".input {PERIOD}",
        f".decl {GIVEN}(a: symbol, name: symbol)",
        f".input {GIVEN}",
        f".decl {MISSING}(a: symbol, name: symbol)",
        *(_missing_rule(spec, vocabulary) for spec in vocabulary.inputs.values() if spec.required),
        f".decl {NEEDS}(id: symbol, name: symbol)",
        *(f'{NEEDS}("{rule_id}", "{name}").' for rule_id, name in needs(vocabulary)),
    ]
    return "\n".join(lines) + "\n"


def _missing_rule(spec: InputSpec, vocabulary: Vocabulary) -> str:
    resolver = vocabulary.declared.get(spec.known_by or "")
    if resolver is None:
        known = f'{GIVEN}(A, "{spec.name}")'
    else:
        known = f"{resolver.name}({', '.join(['A', *['_'] * (len(resolver.attributes) - 1)])})"
    return f'{MISSING}(A, "{spec.name}") :- {APPLICANT}(A), !{known}.'


def _parse_all(sources: Mapping[str, str]) -> syntax.Program:
    program = syntax.Program(())
    errors: list[Diagnostic] = []
    for file, text in sources.items():
        try:
            program += parse(text, file)
        except PolicyError as error:
            errors.extend(error.diagnostics)
    _refuse(errors)
    return program


def _check_added_names(program: syntax.Program) -> Iterator[Diagnostic]:
    for declared in program.relations:
        if declared.name in ADDED:
            yield Diagnostic(
                declared.name_span, f"`{declared.name}` is added by the loader", "use it without declaring it"
            )


def _refuse(findings: Sequence[Diagnostic]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise PolicyError(sorted(errors, key=lambda finding: finding.span))


def _at(file: str, message: str, suggestion: str) -> Diagnostic:
    return Diagnostic(syntax.Span(file, 1, 1, 1, 1), message, suggestion)
