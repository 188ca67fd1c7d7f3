-- 主管部门：到期仍未公开的单位有哪些？Which of my units have not published for a year whose deadline has passed?
select supervisor, agency, year, reason
from v_timeliness
where what = 'missing' and verdict = 'agency'
order by supervisor, agency
