-- 主管部门：哪些报告的数据对不上，最严重的在前？Which reports fail which checks, worst first?
select agency, year, errors, warnings, url
from v_unreconciled
