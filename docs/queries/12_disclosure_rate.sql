-- 研究：公开率 =（予以公开 + 部分公开）÷ 办结总计。The disclosure rate of each agency and year.
select agency, year, disclosure_rate
from v_rates
where disclosure_rate is not null
order by year desc, disclosure_rate desc, agency
