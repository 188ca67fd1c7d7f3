-- Which report stands for each agency and year: where it is, when it was seen, which edition each table follows, could it be read?
-- With a doubt (it names another agency or year than the list) it has no reading: its figures are held against nobody.
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
    report.part,
    report.doubt,
    case when report.doubt = '' then reading.status else 'in doubt' end as status,
    reading.title,
    reading.editions,
    reading.figures,
    reading.reader_version,
    report.id as report_id,
    reading.id as reading_id
from report
join agency on agency.id = report.agency_id
left join reading
    on reading.sha256 = report.sha256 and reading.part = report.part and reading.is_current and report.doubt = ''
where report.is_current
