-- 研究：谁在申请？Applicants by type and year; NULL where any report leaves one blank.
select
    year,
    case when count(natural_persons) = count(*) then sum(natural_persons) end as natural_persons,
    case when count(companies) = count(*) then sum(companies) end as companies,
    case when count(total) = count(*) then sum(total) end as total
from v_applicants
group by year
order by year
