-- How open is each agency? 公开率, 不掌握占比, 结转率, 复议纠错率, 诉讼纠错率, by agency and year.
-- Each is NULL where a part of it is blank or where there was nothing to divide by.
select
    applications.agency_id,
    applications.agency,
    applications.supervisor,
    applications.year,
    round(1.0 * (applications.granted + applications.partial) / nullif(applications.concluded, 0), 4) as disclosure_rate,
    round(1.0 * held.value / nullif(applications.concluded, 0), 4) as not_held_share,
    round(1.0 * applications.carried_out / nullif(applications.new + applications.carried_in, 0), 4) as carried_out_rate,
    round(1.0 * corrected.value / nullif(reviews.value, 0), 4) as review_correction_rate,
    round(1.0 * (lost.value + lost_later.value) / nullif(suits.value + suits_later.value, 0), 4) as suit_correction_rate
from v_applications_by_year as applications
join v_report on v_report.agency_id = applications.agency_id and v_report.year = applications.year
left join figure as held
    on held.reading_id = v_report.reading_id and held.address = 'applications.unavailable.not_held.total'
left join figure as corrected
    on corrected.reading_id = v_report.reading_id and corrected.address = 'disputes.review.corrected'
left join figure as reviews
    on reviews.reading_id = v_report.reading_id and reviews.address = 'disputes.review.total'
left join figure as lost
    on lost.reading_id = v_report.reading_id and lost.address = 'disputes.direct_suit.corrected'
left join figure as lost_later
    on lost_later.reading_id = v_report.reading_id and lost_later.address = 'disputes.suit_after_review.corrected'
left join figure as suits
    on suits.reading_id = v_report.reading_id and suits.address = 'disputes.direct_suit.total'
left join figure as suits_later
    on suits_later.reading_id = v_report.reading_id and suits_later.address = 'disputes.suit_after_review.total'
