"""Find reports that repeat last year's or another agency's (Q-DUP): the same text but for numbers and names, or the same figures.

Pairs are looked for by MinHash over runs of five characters (Broder 1997) and then compared in full: the share told is that of
characters which both texts have in the same order.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from zlib import crc32

from datasketch import MinHash, MinHashLSH
from rapidfuzz.distance import LCSseq

from expectations.survey_rule import LikenessRule
from tasks.reconcile.outcome import broken, holds, not_assessable
from tasks.records import Agency, Finding, Verdict
from tasks.roster import Contents, Roster, Standing

_RUN = 5  # characters
_LOOSE = 0.55  # Jaccard likeness of the runs from which a pair is compared in full: well below what the rule asks
_NOISE = re.compile(r"[\W\d_一二三四五六七八九十〇零百千万]+")
_FEW = 50  # of those alike, so many are compared in full: a template that a whole province copies needs no more proof

_TOO_SHORT = "正文太短，不足以比较"

_Figures = tuple[tuple[str, str], ...]


def check_likeness(rule: LikenessRule, roster: Roster) -> list[Finding]:
    """Two findings for each report that can be read and compared: with last year's, and with all others of the year."""
    read = {each.agency_id: each for each in roster.standings if each.contents is not None}
    texts = {key: _text(each.contents, each.agency) for key, each in read.items()}
    texts = {key: text for key, text in texts.items() if len(text) >= rule.least}
    figures = {key: _figures(each.contents, rule) for key, each in read.items()}
    alike, same = _alike(texts, rule.text), _same(figures)
    return [
        finding
        for key, each in read.items()
        for finding in (
            _with_last_year(rule, each, texts.get(key, ""), figures[key]),
            _with_others(rule, each, read, alike.get(key, {}), same.get(key, ()), key in texts),
        )
    ]


def _with_last_year(rule: LikenessRule, standing: Standing, text: str, figures: _Figures) -> Finding:
    scope, before = "previous", standing.previous
    if before is None or standing.contents is None:
        return not_assessable(rule, standing, scope, "没有上年报告")
    past = _text(before, standing.agency)
    share = LCSseq.normalized_similarity(text, past) if text and len(past) >= rule.least else 0.0
    is_same = bool(figures) and figures == _figures(before, rule)
    if share < rule.text and not is_same:
        is_enough = text and len(past) >= rule.least
        return holds(rule, standing, scope) if is_enough else not_assessable(rule, standing, scope, _TOO_SHORT)
    is_one = before.sha256 == standing.contents.sha256
    verdict = Verdict.AGENCY if before.is_text and standing.contents.is_text and not is_one else Verdict.UNDECIDED
    return broken(rule, standing, scope, (), verdict, reason=_told("上年报告", share if share >= rule.text else 0, is_same))


def _with_others(
    rule: LikenessRule,
    standing: Standing,
    read: dict[str, Standing],
    alike: dict[str, float],
    same: tuple[str, ...],
    has_text: bool,
) -> Finding:
    scope = "others"
    others = sorted({*alike, *same} - {standing.agency_id}, key=lambda other: (-alike.get(other, 0), other))
    if not others:
        reason = _TOO_SHORT if len(read) > 1 else "没有可比的报告"
        return holds(rule, standing, scope) if has_text and len(read) > 1 else not_assessable(rule, standing, scope, reason)
    first = read[others[0]]
    told = _told(f"{first.agency.name}同年报告", alike.get(others[0], 0), others[0] in same)
    told += f"；另有{len(others) - 1}份也雷同" if len(others) > 1 else ""
    both = [each.contents for each in (standing, first) if each.contents is not None]
    is_one = len({contents.sha256 for contents in both}) == 1  # the same document listed for two agencies
    verdict = Verdict.AGENCY if all(contents.is_text for contents in both) and not is_one else Verdict.UNDECIDED
    return broken(rule, standing, scope, (), verdict, reason=told + ("；两单位所列为同一文件" if is_one else ""))


def _told(whose: str, share: float, is_same: bool) -> str:
    parts = [f"正文与{whose}重复{int(share * 100)}%"] if share else []
    return "，".join([*parts, *(["各项数据完全相同" if parts else f"各项数据与{whose}完全相同"] if is_same else [])])


def _alike(texts: dict[str, str], least: float) -> dict[str, dict[str, float]]:
    """Every text's look-alikes, with the share that they have in common."""
    index, prints = MinHashLSH(threshold=_LOOSE, num_perm=128), {}
    for key, text in texts.items():
        prints[key] = _fingerprint(text)
        index.insert(key, prints[key])
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for key, text in texts.items():
        others = sorted(other for other in index.query(prints[key]) if other != key)
        others.sort(key=lambda other: -prints[key].jaccard(prints[other]))
        for other in others[:_FEW]:
            share = LCSseq.normalized_similarity(text, texts[other])
            if share >= least:
                found[key][other] = found[other][key] = share
    return found


def _fingerprint(text: str) -> MinHash:
    made = MinHash(num_perm=128, seed=1, hashfunc=crc32)
    made.update_batch(sorted({text[at : at + _RUN].encode() for at in range(len(text) - _RUN + 1)}))
    return made


def _same(figures: dict[str, _Figures]) -> dict[str, tuple[str, ...]]:
    groups: dict[_Figures, list[str]] = defaultdict(list)
    for key, stated in figures.items():
        if stated:
            groups[stated].append(key)
    return {key: tuple(group) for group in groups.values() if len(group) > 1 for key in group}


def _figures(contents: Contents | None, rule: LikenessRule) -> _Figures:
    """All numbers that are not 0, or nothing where they are too few to mean anything."""
    stated = sorted((address, str(value)) for address, value in (contents.numbers.items() if contents else ()) if value)
    return tuple(stated) if len(stated) >= rule.figures else ()


def _text(contents: Contents | None, agency: Agency) -> str:
    """The text without numbers, marks, spaces and the agency's own names: what is left is what somebody wrote."""
    plain = unicodedata.normalize("NFKC", contents.text if contents else "")
    for name in _names(contents, agency):
        plain = plain.replace(name, "")
    return _NOISE.sub("", plain)


def _names(contents: Contents | None, agency: Agency) -> Iterable[str]:
    names = {agency.name, *agency.aliases, contents.printed if contents else ""}
    return sorted(filter(None, names), key=len, reverse=True)
