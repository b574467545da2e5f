"""A folder of rule files becomes a `Policy`, or is refused with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from .diagnostics import Diagnostic
from .errors import PolicyError
from .ir.lowering import lower
from .language import syntax
from .language.checker import check
from .language.parser import parse, read_text
from .pack.additions import ADDED_FILE, additions
from .pack.checks import absences, check_ids, check_pack
from .pack.vocabulary import ADDED, Vocabulary
from .policy import Policy

__all__ = ["ADDED_FILE", "build_policy", "load_pack", "pack_folder"]


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
    strays = list(_strays(folder))
    _refuse(strays)
    return build_policy(folder.name, {path.name: read_text(path) for path in paths}, folder, strays)


def _strays(folder: Path) -> Iterator[Diagnostic]:
    """What stands beside the rules and is not read: an error where it looks like rules or cases, else a warning."""
    for path in sorted(folder.iterdir()):
        read = path.name == "cases" if path.is_dir() else path.suffix == ".dl" or path.name == "README.md"
        if read or path.name.startswith("."):
            continue
        within = (path, *path.iterdir()) if path.is_dir() else (path,)
        meant = any(each.suffix.lower() in (".dl", ".yaml", ".yml") for each in within)
        what = "folder" if path.is_dir() else "file"
        yield Diagnostic(
            syntax.Span(str(path), 1, 1, 1, 1),
            f"the {what} is not read: rules stand in the pack's own `.dl` files, cases in `cases`",
            "rename it, move what is in it, or take it out",
            "error" if meant else "warning",
        )


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


def build_policy(
    name: str, sources: Mapping[str, str], folder: Path | None = None, warnings: Sequence[Diagnostic] = ()
) -> Policy:
    """The policy of rule texts by file name, in their order. `warnings`: of their folder. Raises `PolicyError`."""
    _refuse(list(_check_file_names(name, sources)))
    own = _parse_all(sources)
    _refuse([*_check_added_names(own), *check_ids(Vocabulary(own))])
    added, added_text = additions(own)
    program = own + added
    findings = [d for d in check(program, strict=True) if d.span.file != ADDED_FILE or d.severity == "error"]
    _refuse(findings)
    vocabulary = Vocabulary(program)
    _refuse(list(check_pack(vocabulary)))
    return Policy(
        name=name,
        sources={**sources, ADDED_FILE: added_text},
        vocabulary=vocabulary,
        core=lower(program),
        warnings=(*warnings, *(finding for finding in findings if finding.severity == "warning")),
        absences=tuple(absences(vocabulary)),
        folder=folder,
    )


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


def _check_file_names(name: str, sources: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Names that would break a line, or turn the order of its letters, in a message, a comment or a terminal."""
    for what, text in (("folder", name), *(("file", file) for file in sources)):
        if not text.isprintable():
            yield _at(ascii(text)[1:-1], f"the {what}'s name has a character that can't be seen", "rename it")
        elif what == "file" and text == ADDED_FILE:
            yield _at(text, f"`{text}` is the name of what the loader adds", "rename it")


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
