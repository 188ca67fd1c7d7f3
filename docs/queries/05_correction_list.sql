-- 主管部门：整改清单。What is each agency asked to correct or explain, since when?
select supervisor, agency, year, severity, rule, sentence, since, url
from v_open_finding
order by supervisor, agency, year, severity, rule
