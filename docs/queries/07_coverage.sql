-- 主管部门、评估：各年应收、已收多少份？Coverage by supervisor and year: expected against found.
select
    supervisor,
    year,
    count(*) as expected,
    sum(case when status = 'read' then 1 else 0 end) as readable,
    sum(case when status = 'not seen' then 1 else 0 end) as not_seen,
    round(1.0 * sum(case when status = 'read' then 1 else 0 end) / count(*), 4) as share
from v_coverage
group by supervisor, year
order by supervisor, year
