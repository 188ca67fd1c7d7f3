-- 主管部门：错在哪一格，印的是什么，应是多少？The exact cells, with both sides and the suggestion.
select agency, year, rule, scope, left_value, right_value, delta, suspects, url
from v_finding
where verdict = 'agency' and severity = 'error'
order by agency, year, rule, scope
