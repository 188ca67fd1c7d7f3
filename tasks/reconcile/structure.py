"""Check the parts and the text of a report: tables and sections all there, its years and its name its own, nothing left over.

What we did not find may be there all the same. It is the agency's mistake only where the text was no picture, everything in
it found a place, and nothing looks like the part that is missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from expectations.characters import simplified
from expectations.form import Form, edition_for, form_for
from expectations.rule import StructureRule
from tasks.reconcile.outcome import broken, holds, not_assessable
from tasks.records import Finding, Reading, Report, Section, Verdict

_ENOUGH_SECTIONS = 3  # with fewer, it is the headings that were not recognised
_QUOTED = 40


def check_structure(rule: StructureRule, report: Report) -> list[Finding]:
    """One finding for the report."""
    checks: dict[str, Callable[[StructureRule, Report], Finding]] = {
        "tables": _tables,
        "sections": _sections,
        "filled": _filled,
        "mentioned": _mentioned,
        "absent": _absent,
        "explained": _explained,
        "year": _year,
        "signed": _signed,
    }
    return [checks[rule.check](rule, report)]


def _tables(rule: StructureRule, report: Report) -> Finding:
    form, printed = _form(report), dict(report.reading.editions)
    if form is None or not printed:
        reason = "该年度没有统一格式" if form is None else "一张表也未读出"
        return not_assessable(rule, report, "report", reason)
    missing = [table.heading for name, table in form.tables.items() if name not in printed]
    if not missing:
        return holds(rule, report, "report")
    return broken(rule, report, "report", (), _verdict(report.reading), reason=f"未见“{'”“'.join(missing)}”的表格")


def _sections(rule: StructureRule, report: Report) -> Finding:
    form, found = _form(report), [section.id for section in report.reading.sections]
    if form is None or len(found) < _ENOUGH_SECTIONS:
        return not_assessable(rule, report, "report", "该年度没有统一格式" if form is None else "读出的章节不足三个")
    wanted = [section.id for section in form.sections]
    missing = [section for section in form.sections if section.id not in found]
    if missing:
        named = "、".join(f"{section.number}、{section.title}" for section in missing)
        looks_there = any(_begins(line, section.number) for section in missing for line in _lines(report.reading))
        verdict = Verdict.UNDECIDED if looks_there else _verdict(report.reading)
        return broken(rule, report, "report", (), verdict, reason=f"缺少“{named}”")
    if found != [section for section in wanted if section in found]:
        headings = "、".join(section.heading for section in report.reading.sections)
        return broken(rule, report, "report", (), _verdict(report.reading), reason=f"章节顺序为{headings}")
    return holds(rule, report, "report")


def _filled(rule: StructureRule, report: Report) -> Finding:
    section = _section(rule, report.reading)
    if section is None:
        return not_assessable(rule, report, "report", "未能识别该章节")
    text = "".join(section.text.split())
    if len(text) >= rule.least:
        return holds(rule, report, "report")
    reason = f"“{section.heading}”只写了“{text}”" if text else f"“{section.heading}”下没有文字"
    verdict = _verdict(report.reading) if text else Verdict.UNDECIDED  # what is under no heading may stand elsewhere
    return broken(rule, report, "report", (), verdict, reason=reason)


def _mentioned(rule: StructureRule, report: Report) -> Finding:
    if _section(rule, report.reading) is None:
        return not_assessable(rule, report, "report", "未能识别该章节")
    text = "".join(line for line in _lines(report.reading))
    missing = [pattern.partition("|")[0] for pattern in rule.patterns if not re.search(pattern, text)]
    if not missing:
        return holds(rule, report, "report")
    return broken(rule, report, "report", (), _verdict(report.reading), reason=f"未提到{'、'.join(missing)}")


def _absent(rule: StructureRule, report: Report) -> Finding:
    if not report.reading.sections:
        return not_assessable(rule, report, "report", "未能识别任何章节")
    text = "\n".join(_lines(report.reading))
    found = [match for pattern in rule.patterns for match in re.finditer(pattern, text)]
    if not found:
        return holds(rule, report, "report")
    quoted = "”“".join(dict.fromkeys(text[max(0, m.start() - 6) : m.end() + 6].replace("\n", "") for m in found[:3]))
    return broken(rule, report, "report", (), _verdict(report.reading), reason=f"正文：“{quoted}”")


def _explained(rule: StructureRule, report: Report) -> Finding:
    section, figures = _section(rule, report.reading), report.reading.figures()
    asked = [figures[address] for address in rule.addresses if address in figures]
    if section is None or not asked:
        return not_assessable(rule, report, "report", "未能识别该章节" if section is None else "表中没有有关数据")
    if any(cell.value is None or not cell.certain for cell in asked):
        return not_assessable(rule, report, "report", "有关数据空白或读取不确凿")
    if not any(cell.value for cell in asked) or all(re.search(pattern, section.text) for pattern in rule.patterns):
        return holds(rule, report, "report", rule.addresses)
    total = sum(cell.value for cell in asked if cell.value is not None)
    reason = f"表中为 {total}，“{section.heading}”没有说明"
    return broken(rule, report, "report", rule.addresses, _verdict(report.reading), reason=reason)


def _year(rule: StructureRule, report: Report) -> Finding:
    """The period speaks for itself; of the text its opening, or all years that it states. A lone one may be a slip."""
    period, section = report.reading.period, _section(rule, report.reading)
    if period is not None and {day.year for day in period} != {report.year}:
        reason = f"统计期限为{period[0]}至{period[1]}，报告年度为{report.year}年"
        return broken(rule, report, "report", (), _verdict(report.reading), reason=reason)
    text = section.text if section else ""
    said = [*_matches(rule.openings, report.reading.preamble), *_matches(rule.patterns, text)]
    others = [match for match in said if int(match[1]) != report.year]
    if others and (len(others) == len(said) or not others[0].string[: others[0].start(1)].strip()):
        quoted = others[0].string[others[0].start(1) : others[0].start(1) + _QUOTED].replace("\n", "")
        verdict = _verdict(report.reading) if len(others) == len(said) > 1 else Verdict.UNDECIDED
        return broken(rule, report, "report", (), verdict, reason=f"报告年度为{report.year}年，正文却写“{quoted}”")
    if period is None and not said:
        return not_assessable(rule, report, "report", "报告未写明统计期限，序言和正文也没有说到年度")
    return holds(rule, report, "report")


def _signed(rule: StructureRule, report: Report) -> Finding:
    section, agency = _section(rule, report.reading), simplified(report.reading.agency)
    end = "\n".join(section.text.splitlines()[-3:]) if section else ""
    written = ((rule.openings, report.reading.preamble, "序言"), (rule.patterns, end, "落款"))
    named = [(match[1], where) for patterns, text, where in written for match in _matches(patterns, simplified(text))]
    if not named or not agency:
        return not_assessable(rule, report, "report", "报告没有落款，序言也未写明编制单位")
    own = (agency, *((report.agency.name, *report.agency.aliases) if report.agency else ()))
    for where in ("序言", "落款"):
        names = [name for name, place in named if place == where]
        if names and not any(_is_short_for(a, b) for name in names for each in own for a, b in ((name, each), (each, name))):
            is_certain = names[0] in report.neighbours or all(_is_elsewhere(names[0], each, rule.places) for each in own)
            verdict = _verdict(report.reading) if is_certain else Verdict.UNDECIDED
            return broken(rule, report, "report", (), verdict, reason=f"标题为“{agency}”，{where}却为“{names[0]}”")
    return holds(rule, report, "report")


def _matches(patterns: tuple[str, ...], text: str) -> Iterator[re.Match[str]]:
    for pattern in patterns:
        yield from re.finditer(pattern, text, re.M)


def _is_elsewhere(name: str, own: str, places: str) -> bool:
    """Whether two names begin with places that share no character: 洪泽县 became 洪泽区, and 黃石 may be 黄石."""
    here, there = re.match(places, own), re.match(places, name)
    return here is not None and there is not None and not set(here[1]) & set(name) and not set(there[1]) & set(own)


def _is_short_for(short: str, name: str) -> bool:
    """Whether all characters of a name stand in another in their order (县发改局, 县发展和改革局)."""
    rest = iter(name)
    return bool(short) and all(character in rest for character in short)


def _verdict(reading: Reading) -> Verdict:
    """AGENCY only where the text was no picture and everything printed found its place."""
    return Verdict.AGENCY if reading.is_text and not reading.problems and reading.cells else Verdict.UNDECIDED


def _form(report: Report) -> Form | None:
    edition = edition_for(report.year)
    return form_for(edition) if edition else None


def _section(rule: StructureRule, reading: Reading) -> Section | None:
    return next((section for section in reading.sections if section.id == rule.section), None)


def _lines(reading: Reading) -> Iterator[str]:
    for section in reading.sections:
        yield from section.text.splitlines()


def _begins(line: str, number: str) -> bool:
    return line.strip().startswith((f"{number}、", f"{number}．", f"{number}."))
