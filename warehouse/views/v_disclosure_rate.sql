-- How much of what was asked for was disclosed? 公开率: granted and partially granted over concluded, by agency and year.
-- NULL where a part is blank or nothing was concluded.
select
    agency_id,
    agency,
    supervisor,
    year,
    granted,
    partial,
    concluded,
    round(1.0 * (granted + partial) / nullif(concluded, 0), 4) as disclosure_rate
from v_applications_by_year
