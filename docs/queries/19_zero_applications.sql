-- 研究：有多少乡镇一件申请也没有？The share of townships without a single application.
select
    applications.year,
    count(*) as townships,
    sum(case when applications.new = 0 then 1 else 0 end) as none,
    round(1.0 * sum(case when applications.new = 0 then 1 else 0 end) / count(*), 4) as share
from v_applications_by_year as applications
join agency on agency.id = applications.agency_id
where agency.level in ('乡镇', '街道', '乡', '镇') and applications.new is not null
group by applications.year
order by applications.year
