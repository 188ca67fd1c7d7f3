-- 评估：哪些汇总报告少于所属机关合计？Whose total is less than those below?
select agency, year, scope, left_value, right_value, reason
from v_survey
where rule = 'H-ROLL'
order by year desc, agency
