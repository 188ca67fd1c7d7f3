-- What is each agency asked to correct or explain, since when, and where is the proof? Notices that are not settled.
select
    notice.agency_id,
    agency.name as agency,
    notice.supervisor,
    notice.year,
    notice.rule,
    notice.severity,
    notice.scope,
    notice.state,
    notice.since,
    notice.sentence,
    v_report.url,
    v_report.sha256
from notice
join agency on agency.id = notice.agency_id
left join v_report on v_report.agency_id = notice.agency_id and v_report.year = notice.year
where notice.state not in ('resolved', 'explained')
