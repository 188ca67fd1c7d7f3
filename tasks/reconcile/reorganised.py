"""Say whether the agency itself was reorganised (机构改革) in the report's year, so that last year's figures need not go on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from expectations.reorganisation import Reorganisation, reorganisation
from tasks.records import Report

_SENTENCE = re.compile(r"[^。;!?\n]+")
_CLAUSE = re.compile(r"[^,]+")
_YEAR = re.compile(r"(20\d\d)年")
_MARKS = str.maketrans("，；：！？", ",;:!?")
_QUOTED = 60


def excuse(report: Report) -> str:
    """Why figures of last year need not carry on into this report, quoting the register or the sentence; blank: no reason."""
    agency = report.agency
    if agency is not None and agency.valid_from is not None and agency.valid_from.year >= report.year:
        return f"机构改革：该机关自{agency.valid_from.isoformat()}起设立，与上年报告不必衔接"
    for section in report.reading.sections:
        for sentence in _sentences(section.text):
            if _states(sentence, report, reorganisation()):
                return f"机构改革，与上年报告不必衔接；正文：“{sentence[:_QUOTED]}”"
    return ""


def _sentences(text: str) -> Iterator[str]:
    for match in _SENTENCE.finditer(unicodedata.normalize("NFKC", text).translate(_MARKS)):
        yield "".join(match[0].split())


def _states(sentence: str, report: Report, words: Reorganisation) -> bool:
    if not words.by_writer.search(sentence) or re.search(words.planned, sentence) or re.search(words.heading, sentence):
        return False
    years = {int(year) for year in _YEAR.findall(sentence)}
    if years and report.year not in years:
        return False
    pattern = words.by_writer if _is_writers(sentence, report, words) else words.always
    return any(_affirms(clause[0], pattern, words) for clause in _CLAUSE.finditer(sentence))


def _is_writers(sentence: str, report: Report, words: Reorganisation) -> bool:
    register = (report.agency.name, *report.agency.aliases) if report.agency else ()
    names = [name for name in (report.reading.agency, *register) if name]
    return any(name in sentence for name in names) or re.search(words.writer, sentence) is not None


def _affirms(clause: str, pattern: re.Pattern[str], words: Reorganisation) -> bool:
    match = pattern.search(clause)
    if match is None or re.search(words.foreign, clause):
        return False
    before, after = clause[: match.start()], clause[match.end() :]
    return not re.search(words.denied, before) and not re.search(words.denied_after, after)
