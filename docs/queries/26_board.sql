-- 主管部门：各单位各年度的报告到了哪一步，依据是什么？Where does every agency's report of every year stand, and what shows it?
select supervisor, agency, year, state, reason, since, url, sha256
from v_board
order by supervisor, agency, year
