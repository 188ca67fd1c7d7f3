"""Find failures that share a reader, a CMS and a place in the form: many agencies do not make the same slip, a reader does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from expectations.clustering import Clustering
from expectations.form import split_address
from tasks.roster import Cluster, Failure, Kind


def find_clusters(failures: Iterable[Failure], reports: Mapping[Kind, int], measures: Clustering) -> tuple[Cluster, ...]:
    """The clusters, in order. `reports`: how many reports of each kind (reader, version, CMS) were assessed at all."""
    together: dict[tuple[Kind, str, str], list[Failure]] = defaultdict(list)
    for each in failures:
        if each.rule in measures.rules:
            together[each.kind, each.rule, place_of(each)].append(each)
    found = []
    for (kind, rule, place), members in sorted(together.items()):
        failing = {each.assessment_id for each in members}
        agencies = {each.agency_id for each in members}
        is_many = len(agencies) >= measures.agencies and len(failing) >= measures.reports
        if is_many and len(failing) >= measures.share * reports[kind]:
            findings = tuple(sorted({(each.assessment_id, each.scope) for each in members}))
            found.append(Cluster(kind, rule, place, len(failing), reports[kind], findings))
    return tuple(found)


def place_of(failure: Failure) -> str:
    """The form's row that is most likely wrong; else the row, column or section that the rule was put to."""
    if failure.suspect:
        table, row, _ = split_address(failure.suspect)
        return f"{table}.{row}"
    return failure.scope
