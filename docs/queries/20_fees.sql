-- 研究：收了多少费？Fees charged, in 万元, by year.
select year, count(value) as reports, round(sum(value), 4) as fees
from v_figure
where address = 'disclosure.fee.amount'
group by year
order by year
