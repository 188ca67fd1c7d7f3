-- 人人：某个单位的全部历史。An agency's whole history.
select night, what, year, detail, url
from v_agency_history
where agency_id = (select min(id) from agency)
order by night, what, year
