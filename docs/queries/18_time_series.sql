-- 研究：跨越新旧格式的时间序列。A time series across the change of forms: new applications.
select year, count(value) as reports, sum(value) as new_applications
from v_comparable
where indicator = 'new.total'
group by year
order by year
