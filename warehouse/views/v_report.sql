-- Which report stands for each agency and year: where it is, when it was seen, which edition each table follows, could it be read?
select
    report.agency_id,
    agency.name as agency,
    agency.level,
    agency.supervisor,
    report.year,
    report.revision,
    report.url,
    (
        select max(sighting.published)
        from sighting
        where sighting.agency_id = report.agency_id and sighting.url = report.url
    ) as published,
    report.night as first_seen,
    report.sha256,
    report.is_ambiguous,
    reading.status,
    reading.title,
    reading.editions,
    reading.figures,
    reading.reader_version,
    report.id as report_id,
    reading.id as reading_id
from report
join agency on agency.id = report.agency_id
left join reading on reading.id = (select max(newest.id) from reading as newest where newest.sha256 = report.sha256)
where report.is_current
