-- 人人：一个数字的出处。Where a figure stands: document, place, raw text, how sure.
select agency, year, raw, value, certain, agreement, confidence, locator, url, sha256
from v_figure
where address = 'applications.concluded.total'
order by agency, year
