-- What became of the applications (依申请公开)? Table 三, column 总计, by agency and year.
-- A sum is stated only where every part of it is: a blank is not a zero, and then the sum is NULL.
with counted as (
    select
        reading_id,
        max(case row_key when 'new' then value end) as new,
        max(case row_key when 'carried_in' then value end) as carried_in,
        max(case row_key when 'granted' then value end) as granted,
        max(case row_key when 'partial' then value end) as partial,
        sum(case substr(row_key, 1, 7) when 'denied.' then value end) as denied,
        count(case substr(row_key, 1, 7) when 'denied.' then value end) as denied_parts,
        sum(case substr(row_key, 1, 12) when 'unavailable.' then value end) as unavailable,
        count(case substr(row_key, 1, 12) when 'unavailable.' then value end) as unavailable_parts,
        sum(case substr(row_key, 1, 9) when 'rejected.' then value end) as rejected,
        count(case substr(row_key, 1, 9) when 'rejected.' then value end) as rejected_parts,
        sum(case substr(row_key, 1, 5) when 'other' then value end) as other,
        count(case substr(row_key, 1, 6) when 'other.' then value end) as other_parts,
        count(case row_key when 'other' then value end) as other_whole,
        max(case row_key when 'concluded' then value end) as concluded,
        max(case row_key when 'carried_out' then value end) as carried_out
    from figure
    where table_name = 'applications' and column_key = 'total'
    group by reading_id
)
select
    v_report.agency_id,
    v_report.agency,
    v_report.supervisor,
    v_report.year,
    counted.new,
    counted.carried_in,
    counted.granted,
    counted.partial,
    case counted.denied_parts when 8 then counted.denied end as denied,
    case counted.unavailable_parts when 3 then counted.unavailable end as unavailable,
    case counted.rejected_parts when 5 then counted.rejected end as rejected,
    case when counted.other_whole = 1 or counted.other_parts = 3 then counted.other end as other,
    counted.concluded,
    counted.carried_out
from v_report
join counted on counted.reading_id = v_report.reading_id
