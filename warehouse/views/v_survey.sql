-- Whose report is late or missing, repeats another, or does not add up with those of the agencies below it?
select
    survey_finding.agency_id,
    agency.name as agency,
    agency.supervisor,
    survey_finding.year,
    survey_finding.rule,
    survey_finding.severity,
    survey_finding.scope,
    survey_finding.verdict,
    survey_finding.says,
    survey_finding.reason,
    survey_finding.left_value,
    survey_finding.right_value,
    survey_finding.delta,
    survey_finding.night as since
from survey_finding
join agency on agency.id = survey_finding.agency_id
where survey_finding.is_current and survey_finding.outcome = 'broken'
