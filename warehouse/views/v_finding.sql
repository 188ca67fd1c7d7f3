-- Which rules do the current reports break, with which figures, and whose mistake is it?
select
    v_report.agency_id,
    v_report.agency,
    v_report.supervisor,
    v_report.year,
    v_report.revision,
    finding.rule,
    finding.severity,
    finding.scope,
    finding.verdict,
    finding.says,
    finding.reason,
    finding.left_value,
    finding.right_value,
    finding.delta,
    finding.cells,
    finding.suspects,
    assessment.night as assessed,
    v_report.url,
    v_report.sha256
from v_report
join assessment on assessment.report_id = v_report.report_id and assessment.is_current
join finding on finding.assessment_id = assessment.id
where finding.outcome <> 'holds' and finding.outcome = 'broken' and v_report.status = 'read'
