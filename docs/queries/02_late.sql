-- 主管部门：哪些单位逾期公开，逾期几天？Who published late?
select supervisor, agency, year, reason, verdict
from v_timeliness
where what = 'late'
order by year desc, supervisor, agency
