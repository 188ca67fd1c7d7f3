-- What became of the applications (依申请公开)? Table 三, column 总计, by agency and year.
-- A sum is stated only where every part of it is: a blank is not a zero, and then the sum is NULL.
select
    agency_id,
    agency,
    supervisor,
    year,
    max(case when row_key = 'new' then value end) as new,
    max(case when row_key = 'carried_in' then value end) as carried_in,
    max(case when row_key = 'granted' then value end) as granted,
    max(case when row_key = 'partial' then value end) as partial,
    case
        when count(case when row_key like 'denied.%' then value end) = 8
            then sum(case when row_key like 'denied.%' then value end)
    end as denied,
    case
        when count(case when row_key like 'unavailable.%' then value end) = 3
            then sum(case when row_key like 'unavailable.%' then value end)
    end as unavailable,
    case
        when count(case when row_key like 'rejected.%' then value end) = 5
            then sum(case when row_key like 'rejected.%' then value end)
    end as rejected,
    case
        when count(case when row_key = 'other' then value end) = 1
            or count(case when row_key like 'other.%' then value end) = 3
            then sum(case when row_key = 'other' or row_key like 'other.%' then value end)
    end as other,
    max(case when row_key = 'concluded' then value end) as concluded,
    max(case when row_key = 'carried_out' then value end) as carried_out
from v_figure
where table_name = 'applications' and column_key = 'total'
group by agency_id, agency, supervisor, year
