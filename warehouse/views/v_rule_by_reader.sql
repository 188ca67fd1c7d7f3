-- Which rules fail where, by reader and content management system? A rule that fails much more in one of them is likely ours.
with assessed as (
    select assessment.id, reading.reader, coalesce(column_cms.cms, '') as cms
    from assessment
    join report on report.id = assessment.report_id and report.is_current
    join reading on reading.id = assessment.reading_id
    left join (
        select sighting.agency_id, max(column_outcome.cms) as cms
        from sighting
        join column_outcome on column_outcome.start_url = sighting.listing_url
        group by sighting.agency_id
    ) as column_cms on column_cms.agency_id = report.agency_id
    where assessment.is_current
),
counted as (
    select reader, cms, count(*) as reports from assessed group by reader, cms
)
select
    assessed.reader,
    assessed.cms,
    finding.rule,
    max(counted.reports) as reports,
    sum(case when finding.outcome = 'broken' then 1 else 0 end) as broken,
    sum(case when finding.outcome = 'broken' and finding.verdict = 'agency' then 1 else 0 end) as agency,
    sum(case when finding.outcome = 'broken' and finding.verdict <> 'agency' then 1 else 0 end) as unsure,
    sum(case when finding.outcome = 'not_assessable' then 1 else 0 end) as not_assessable
from assessed
join counted on counted.reader = assessed.reader and counted.cms = assessed.cms
join finding on finding.assessment_id = assessed.id and finding.outcome <> 'holds'
group by assessed.reader, assessed.cms, finding.rule
