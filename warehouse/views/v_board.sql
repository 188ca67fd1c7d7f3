-- Where does each agency's report of each year stand, and what shows it? One row an agency and year.
select
    board.agency_id,
    agency.name as agency,
    agency.supervisor,
    agency.level,
    board.year,
    board.state,
    board.reason,
    board.night as since,
    board.url,
    board.sha256
from board
join agency on agency.id = board.agency_id
where board.is_current
