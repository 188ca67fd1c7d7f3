-- 记者：哪里的申请增长最快？Where did new applications grow most?
select agency, year, new_before, new, new_change
from v_year_over_year
where new_before >= 5
order by new_change desc, agency, year
limit 20
