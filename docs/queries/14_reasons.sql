-- 研究：不予公开的理由如何分布？Reasons for refusal, all agencies together, by year.
select year, reason, sum(value) as applications
from v_refusals
where substr(reason, 1, 7) = 'denied.'
group by year, reason
order by year, applications desc, reason
