-- 研究：“本机关不掌握”占多大比重？The share of "not held".
select agency, year, not_held_share
from v_rates
where not_held_share is not null
order by not_held_share desc, agency, year
