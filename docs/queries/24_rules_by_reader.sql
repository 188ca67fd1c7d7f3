-- 维护：哪条规则在哪种读取程序、网站系统里格外常败？Which rule fails suspiciously often, and where?
select reader, cms, rule, reports, broken, round(1.0 * broken / reports, 4) as for_each_report
from v_rule_by_reader
where broken > 0
order by for_each_report desc, reader, cms, rule
