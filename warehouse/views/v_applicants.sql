-- Who asks? New applications (本年新收) by type of applicant, by agency and year.
select
    v_report.agency_id,
    v_report.agency,
    v_report.supervisor,
    v_report.year,
    max(case when figure.column_key = 'natural' then figure.value end) as natural_persons,
    max(case when figure.column_key = 'company' then figure.value end) as companies,
    max(case when figure.column_key = 'research' then figure.value end) as research_institutes,
    max(case when figure.column_key = 'charity' then figure.value end) as charities,
    max(case when figure.column_key = 'legal' then figure.value end) as legal_services,
    max(case when figure.column_key = 'other' then figure.value end) as others,
    max(case when figure.column_key = 'total' then figure.value end) as total
from v_report
join figure
    on figure.reading_id = v_report.reading_id
    and figure.address > 'applications.new.' and figure.address < 'applications.new/'
group by v_report.agency_id, v_report.agency, v_report.supervisor, v_report.year
