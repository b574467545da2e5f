"""Applicants read from JSON files: what is taken, and where each bad one is told to be bad."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from zhunru_server.commands import applicant_files
from zhunru_server.commands.applicant_files import (
    LARGEST_APPLICANT,
    ApplicantFile,
    ApplicantFileError,
    holds_many,
    read_applicant_file,
    read_applicants,
)

DAY = date(2026, 11, 24)
OTHER_DAY = date(2025, 1, 2)


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> ApplicantFileError:
    with pytest.raises(ApplicantFileError) as refused:
        read_applicant_file(path, DAY)
    return refused.value


def test_a_file_holds_one_applicant(tmp_path: Path) -> None:
    text = """{"subject": "甲", "as_of": "2025-01-02", "facts": {"age": -1, "friend": ["b1", ["b2", 3]], "ok": true},
               "about": {"b1": {"score": 640}}}"""
    path = written(tmp_path / "a.json", text)
    assert read_applicant_file(path) == ApplicantFile(
        "甲", {"age": -1, "friend": ["b1", ["b2", 3]], "ok": True}, {"b1": {"score": 640}}, OTHER_DAY, str(path)
    )


def test_without_a_subject_the_file_names_it_and_facts_alone_are_enough(tmp_path: Path) -> None:
    path = written(tmp_path / "王.5.json", '\ufeff{"facts": {}}\r\n')
    assert read_applicant_file(path, DAY) == ApplicantFile("王.5", {}, {}, DAY, str(path))


def test_the_day_that_is_asked_for_goes_before_the_files_own_and_that_before_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applicant_files, "today_in_shanghai", lambda: DAY)
    says, says_none = written(tmp_path / "a", '{"facts": {}, "as_of": "2025-01-02"}'), tmp_path / "b"
    written(says_none, '{"facts": {}}')
    days = [read_applicant_file(path, day).as_of for day in (None, DAY) for path in (says, says_none)]
    assert days == [OTHER_DAY, DAY, DAY, DAY]


BAD = {
    "empty": ("", "a.json:1:1: is no JSON: expecting value"),
    "a comma too many": (
        '{"facts": {}\n ,}',
        "a.json:2:3: is no JSON: expecting property name enclosed in double quotes",
    ),
    "two values": ('{"facts": {}}\n{"facts": {}}', "a.json:2:1: is no JSON: extra data"),
    "a word": ('{"facts": {"age": none}}', "a.json:1:19: is no JSON: expecting value"),
    "not UTF-8": (
        b'{"facts":\n {"\xe7\x8e\x8b": "\xcd"}}',
        "a.json:2:9: byte `0xcd` is not UTF-8; save the file as UTF-8",
    ),
    "UTF-16": ("{}".encode("utf-16"), "a.json:1:1: byte `0xff` is not UTF-8; save the file as UTF-8"),
    "a list": ("[]", 'a.json: holds no object, but a list; write {"subject": …, "facts": {…}}'),
    "a number": ("7", 'a.json: holds no object, but a number; write {"subject": …, "facts": {…}}'),
    "a float alone": ("0.5", "a.json: takes no 0.5; numbers are whole, no floating point stands in a decision"),
    "a float": (
        '{"facts": {"payments": [[1, 2], [1, 2.0]]}}',
        "a.json: `facts.payments[1][1]`: takes no 2.0; numbers are whole, no floating point stands in a decision",
    ),
    "an exponent": (
        '{"facts": {"age": 1e400}}',
        "a.json: `facts.age`: takes no 1e400; numbers are whole, no floating point stands in a decision",
    ),
    "NaN": (
        '{"about": {"b": {"age": NaN}}, "facts": {}}',
        "a.json: `about.b.age`: takes no NaN; numbers are whole, no floating point stands in a decision",
    ),
    "infinity": (
        '{"facts": {"age": -Infinity}}',
        "a.json: `facts.age`: takes no -Infinity; numbers are whole, no floating point stands in a decision",
    ),
    "a long number": (
        f'{{"facts": {{"age": {"9" * 100_000}}}}}',
        "a.json: `facts.age`: a number of 100000 digits is no fact",
    ),
    "a name twice": ('{"facts": {"age": 20, "age": 30}}', "a.json: `facts.age`: stands twice"),
    "a key twice": ('{"facts": {}, "facts": {}}', "a.json: `facts`: stands twice"),
    "too deep": (
        '{"facts": {"age": ' + "[" * 30 + "]" * 30 + "}}",
        "a.json: lists and objects are nested deeper than 20",
    ),
    "far too deep": ("[" * 1_000_000, "a.json: lists and objects are nested deeper than 20"),
    "another key": (
        '{"facts": {}, "fact": {}}',
        "a.json: `fact`: is no part of an applicant; known are subject, as_of, facts, about",
    ),
    "a strange key": (
        '{"facts": {}, "a\\nb' + "x" * 99 + '": {}}',
        "a.json: `a\\nb" + "x" * 56 + "\\u2026`: is no part of an applicant; known are subject, as_of, facts, about",
    ),
    "no facts": ('{"subject": "a"}', "a.json: `facts`: is not there; give the facts, or `{}` for none"),
    "facts of another kind": ('{"facts": []}', "a.json: `facts`: takes an object of names and values, not a list"),
    "facts unknown": ('{"facts": null}', "a.json: `facts`: takes an object of names and values, not null"),
    "about of another kind": (
        '{"facts": {}, "about": "b"}',
        "a.json: `about`: takes an object of names and values, not a text",
    ),
    "others of another kind": (
        '{"facts": {}, "about": {"b": 7}}',
        "a.json: `about.b`: takes an object of names and values, not a number",
    ),
    "no name": ('{"facts": {}, "subject": ""}', "a.json: `subject`: takes a text that is not empty, not an empty text"),
    "a numbered subject": (
        '{"facts": {}, "subject": 7}',
        "a.json: `subject`: takes a text that is not empty, not a number",
    ),
    "a subject unknown": (
        '{"facts": {}, "subject": null}',
        "a.json: `subject`: takes a text that is not empty, not null",
    ),
    "no day": (
        '{"facts": {}, "as_of": "2026-02-30"}',
        "a.json: `as_of`: takes a day such as 2026-11-24, not `2026-02-30`",
    ),
    "another calendar": (
        '{"facts": {}, "as_of": "20261124"}',
        "a.json: `as_of`: takes a day such as 2026-11-24, not `20261124`",
    ),
    "a numbered day": (
        '{"facts": {}, "as_of": 20261124}',
        "a.json: `as_of`: takes a day such as 2026-11-24, not a number",
    ),
    "a day unknown": ('{"facts": {}, "as_of": null}', "a.json: `as_of`: takes a day such as 2026-11-24, not null"),
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_told_in_one_line_with_its_place(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert str(refusal(written(tmp_path / "a.json", content))) == f"{tmp_path}/{said}"


def test_a_file_may_not_be_larger_than_the_bound(tmp_path: Path) -> None:
    text = '{"facts": {}}'
    path = written(tmp_path / "a.json", text + " " * (LARGEST_APPLICANT - len(text)))
    assert read_applicant_file(path, DAY).facts == {}
    with path.open("a") as stream:
        stream.write(" ")
    assert str(refusal(path)) == f"{path}: is too large; the bound is 8 MiB"


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    assert str(refusal(tmp_path / "a.json")) == f"{tmp_path / 'a.json'}: can't be read: no such file or directory"
    assert str(refusal(tmp_path)) == f"{tmp_path}: can't be read: is a directory"


def subjects_and_errors(path: Path) -> list[str]:
    return [read.subject if isinstance(read, ApplicantFile) else str(read) for read in read_applicants(path, DAY)]


def test_a_folder_gives_its_json_files_by_name_and_a_bad_one_hides_no_other(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "A10.json", "notes.txt"):
        written(tmp_path / name, '{"facts": {}}')
    written(tmp_path / "aa.json", "{")
    (tmp_path / "within").mkdir()
    written(tmp_path / "within" / "c.json", '{"facts": {}}')
    said = f"{tmp_path}/aa.json:1:2: is no JSON: expecting property name enclosed in double quotes"
    assert subjects_and_errors(tmp_path) == ["A10", "a", said, "b"]


def test_a_folder_without_files_is_an_error(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", '{"facts": {}}')
    with pytest.raises(ApplicantFileError, match=r"the folder has no `\.json` file; put one there for each applicant"):
        list(read_applicants(tmp_path))


def test_a_jsonl_file_gives_an_applicant_a_line_and_a_bad_line_hides_no_other(tmp_path: Path) -> None:
    lines = [
        b'{"subject": "b", "facts": {}}\r',
        b"",
        b'{"subject": "c", "facts": }',
        b'{"facts": {}}',
        b'{"subject": "d", "facts": {"\xff": 1}}',
        b'{"subject": "e", "facts": {"age": 1.5}}',
        b" " * (LARGEST_APPLICANT + 9),
        b" " * LARGEST_APPLICANT,
        b'{"subject": "a", "facts": {}}',
    ]
    path = written(tmp_path / "all.jsonl", b"\n".join(lines))
    assert subjects_and_errors(path) == [
        "b",
        f"{path}:3:27: is no JSON: expecting value",
        f"{path}:4: `subject`: is not there; a line must name its applicant",
        f"{path}:5:29: byte `0xff` is not UTF-8; save the file as UTF-8",
        f"{path}:6: `facts.age`: takes no 1.5; numbers are whole, no floating point stands in a decision",
        f"{path}:7: is too large; the bound is 8 MiB",
        f"{path}:8: is too large; the bound is 8 MiB",
        "a",
    ]
    assert [read.place for read in read_applicants(path, DAY)][-1] == f"{path}:9"
    assert subjects_and_errors(tmp_path / "no.jsonl") == [
        f"{tmp_path}/no.jsonl: can't be read: no such file or directory"
    ]


def test_a_folder_and_lines_are_many_and_a_file_is_one(tmp_path: Path) -> None:
    assert [holds_many(path) for path in (tmp_path, Path("a.jsonl"), Path("a.json"))] == [True, True, False]
