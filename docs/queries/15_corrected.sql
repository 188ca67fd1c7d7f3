-- 研究、律师：复议、诉讼纠错率有多高？How often do reviews and suits correct the agency?
select agency, year, review_correction_rate, suit_correction_rate
from v_rates
where review_correction_rate is not null or suit_correction_rate is not null
order by year desc, agency
