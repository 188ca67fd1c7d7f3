-- 维护：哪条规则在哪种读取程序、网站系统里格外常败？Which rule fails suspiciously often, and where?
select reader, cms, rule, findings, broken, round(1.0 * broken / findings, 4) as share
from v_rule_by_reader
where broken > 0
order by share desc, reader, cms, rule
