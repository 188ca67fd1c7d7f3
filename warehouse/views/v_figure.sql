-- What does each current report state, figure by figure, and where is it printed?
select
    v_report.agency_id,
    v_report.agency,
    v_report.supervisor,
    v_report.year,
    figure.table_name,
    figure.row_key,
    figure.column_key,
    figure.address,
    figure.value,
    figure.semantics,
    figure.raw,
    figure.unit,
    figure.certain,
    figure.agreement,
    figure.confidence,
    figure.locator,
    v_report.url,
    v_report.sha256,
    v_report.part
from v_report
join figure on figure.reading_id = v_report.reading_id
