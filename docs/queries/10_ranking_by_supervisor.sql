-- 评估：按主管部门排名，每百份报告有多少“错误”。Errors for every hundred reports, by supervisor.
select
    v_report.supervisor,
    count(distinct v_report.report_id) as reports,
    count(v_finding.rule) as errors,
    round(100.0 * count(v_finding.rule) / count(distinct v_report.report_id), 1) as for_a_hundred
from v_report
left join v_finding
    on v_finding.agency_id = v_report.agency_id and v_finding.year = v_report.year
    and v_finding.verdict = 'agency' and v_finding.severity = 'error'
where v_report.status = 'read'
group by v_report.supervisor
order by for_a_hundred desc, v_report.supervisor
