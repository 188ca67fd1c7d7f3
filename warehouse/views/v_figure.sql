-- What does each current report state, figure by figure, and where is it printed? Beside it, what a person decided who looked.
-- A decision holds for the text that was read when it was made; the newest counts.
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
    case decision.verdict when 'corrected' then decision.value when 'as_read' then figure.value end as decided,
    decision.verdict as decision,
    figure.agreement,
    figure.confidence,
    figure.locator,
    v_report.url,
    v_report.sha256,
    v_report.part
from v_report
join figure on figure.reading_id = v_report.reading_id
left join decision
    on decision.sha256 = v_report.sha256 and decision.part = v_report.part and decision.address = figure.address
    and decision.expected = figure.raw
    and not exists (
        select 1
        from decision as later
        where later.sha256 = decision.sha256
            and later.part = decision.part
            and later.address = decision.address
            and later.id > decision.id
    )
