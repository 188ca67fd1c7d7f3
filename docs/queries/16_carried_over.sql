-- 研究：结转率；以及结转与上年对不上的有哪些？Carried over, and where it does not go on from last year.
select agency, year, carried_in, carried_out_before, carried_gap
from v_year_over_year
where carried_gap <> 0
order by year desc, agency
