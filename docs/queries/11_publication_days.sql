-- 评估：各年最早、最晚公开于何日？First and last day of publication, by year.
select year, count(published) as dated, min(published) as first_day, max(published) as last_day
from v_report
group by year
order by year
