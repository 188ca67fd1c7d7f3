-- What changed against last year? New, concluded and carried-over applications beside last year's, by agency.
select
    now.agency_id,
    now.agency,
    now.supervisor,
    now.year,
    now.new,
    before.new as new_before,
    now.new - before.new as new_change,
    now.concluded,
    before.concluded as concluded_before,
    now.carried_in,
    before.carried_out as carried_out_before,
    now.carried_in - before.carried_out as carried_gap
from v_applications_by_year as now
join v_applications_by_year as before on before.agency_id = now.agency_id and before.year = now.year - 1
