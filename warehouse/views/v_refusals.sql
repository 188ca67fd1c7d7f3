-- Why was information refused? Every reason of table 三 (不予公开, 无法提供, 不予处理, 其他处理) with its number and its share.
select
    v_report.agency_id,
    v_report.agency,
    v_report.supervisor,
    v_report.year,
    figure.row_key as reason,
    figure.value,
    round(1.0 * figure.value / nullif(concluded.value, 0), 4) as share
from v_report
join figure on figure.reading_id = v_report.reading_id and figure.table_name = 'applications' and figure.column_key = 'total'
left join figure as concluded
    on concluded.reading_id = v_report.reading_id and concluded.address = 'applications.concluded.total'
where
    substr(figure.row_key, 1, 7) = 'denied.'
    or substr(figure.row_key, 1, 12) = 'unavailable.'
    or substr(figure.row_key, 1, 9) = 'rejected.'
    or substr(figure.row_key, 1, 5) = 'other'
