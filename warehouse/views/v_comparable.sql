-- What can be compared across the change of forms? Indicators (crosswalk) that both the 2019 and the 2021 form state.
-- NULL where a figure that the indicator adds is blank. What only one form asks for is not here: no 0 stands in for it.
select
    v_report.agency_id,
    v_report.agency,
    v_report.supervisor,
    v_report.year,
    crosswalk.edition,
    crosswalk.indicator,
    max(crosswalk.label) as label,
    case when count(figure.value) = count(*) then sum(figure.value) end as value
from v_report
join figure on figure.reading_id = v_report.reading_id
join crosswalk
    on crosswalk.address = figure.address
    and crosswalk.edition = case
        when figure.table_name <> 'disputes' and exists (
            select 1 from figure as old where old.reading_id = figure.reading_id and old.address = 'disclosure.rules.made'
        ) then '2019'
        when figure.table_name <> 'disputes' then '2021'
        else case when v_report.year < 2021 then '2019' else '2021' end
    end
group by v_report.agency_id, v_report.agency, v_report.supervisor, v_report.year, crosswalk.edition, crosswalk.indicator
