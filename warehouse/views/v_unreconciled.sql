-- Whose figures do not tie? Agencies and years with broken rules that are the agency's own, worst first.
select
    agency_id,
    agency,
    supervisor,
    year,
    sum(case when severity = 'error' then 1 else 0 end) as errors,
    sum(case when severity = 'warning' then 1 else 0 end) as warnings,
    url
from v_finding
where verdict = 'agency' and severity in ('error', 'warning')
group by agency_id, agency, supervisor, year, url
order by errors desc, warnings desc, agency_id, year
