-- For which years has each agency's report been seen? A row for every agency and every year that anybody has reported for.
-- "not seen" is no proof that nothing was published: see column_outcome for lists that could not be read to their end.
with last_seen as (
    select sighting.agency_id, sighting.sha256, sighting.state
    from sighting
    where sighting.state <> 'missed'
        and not exists (
            select 1
            from sighting as later
            where later.agency_id = sighting.agency_id
                and later.url = sighting.url
                and later.night > sighting.night
                and later.state <> 'missed'
        )
),
taken_down as (
    select agency_id, sha256
    from last_seen
    where sha256 is not null
    group by agency_id, sha256
    having min(state) = 'withdrawn' and max(state) = 'withdrawn'
)
select
    agency.id as agency_id,
    agency.name as agency,
    agency.supervisor,
    years.year,
    case
        when v_report.report_id is null then 'not seen'
        when v_report.status = 'read' and taken_down.sha256 is not null then 'withdrawn'
        when v_report.status = 'read' then 'read'
        when v_report.status = 'in doubt' then 'in doubt'
        when v_report.status = 'quarantined' then 'could not be read'
        else 'not read yet'
    end as status,
    v_report.published,
    v_report.first_seen,
    v_report.url
from agency
cross join (select distinct report.year from report where report.is_current) as years
left join v_report on v_report.agency_id = agency.id and v_report.year = years.year
left join taken_down on taken_down.agency_id = v_report.agency_id and taken_down.sha256 = v_report.sha256
