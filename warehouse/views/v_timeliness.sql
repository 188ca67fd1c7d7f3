-- Whose report is missing or late, by deadline? The latest word on every agency and year, supervisor by supervisor.
select
    survey_finding.agency_id,
    agency.name as agency,
    agency.supervisor,
    survey_finding.year,
    case survey_finding.rule when 'D-MISSING' then 'missing' else 'late' end as what,
    survey_finding.verdict,
    survey_finding.reason,
    survey_finding.night as since
from survey_finding
join agency on agency.id = survey_finding.agency_id
where survey_finding.is_current and survey_finding.outcome = 'broken' and survey_finding.rule in ('D-MISSING', 'D-LATE')
