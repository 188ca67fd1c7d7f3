-- 主管部门、评估：各年应公开多少份，已公开、逾期、未公开、无法判断各多少？Coverage by supervisor and year: expected against found.
select
    supervisor,
    year,
    count(*) as expected,
    sum(case when state = 'published' then 1 else 0 end) as published,
    sum(case when state = 'late' then 1 else 0 end) as late,
    sum(case when state = 'missing' then 1 else 0 end) as missing,
    sum(case when state = 'not_due' then 1 else 0 end) as not_due,
    sum(case when state not in ('published', 'late', 'missing', 'not_due') then 1 else 0 end) as cannot_be_told,
    round(1.0 * sum(case when state in ('published', 'late') then 1 else 0 end) / count(*), 4) as share
from v_board
group by supervisor, year
order by supervisor, year
