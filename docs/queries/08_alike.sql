-- 评估：哪些报告与上年或其他单位雷同？Which reports repeat last year's or another agency's?
select agency, year, scope, verdict, reason
from v_survey
where rule = 'Q-DUP'
order by year desc, agency
