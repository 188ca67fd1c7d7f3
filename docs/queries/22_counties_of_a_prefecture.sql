-- 研究：同一设区的市之内，各县区比较。The counties of one prefecture beside each other.
select region.prefecture, region.name as county, rates.year, rates.agency, rates.disclosure_rate
from v_rates as rates
join agency on agency.id = rates.agency_id
join region on region.code = agency.region
where region.prefecture <> ''
order by region.prefecture, region.name, rates.year, rates.agency
