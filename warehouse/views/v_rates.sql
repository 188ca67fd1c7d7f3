-- How open is each agency? 公开率, 不掌握占比, 结转率, 复议纠错率, 诉讼纠错率, by agency and year.
-- Each is NULL where a part of it is blank or where there was nothing to divide by.
with totals as (
    select
        reading_id,
        max(case when table_name = 'applications' and row_key = 'new' then value end) as new,
        max(case when row_key = 'carried_in' then value end) as carried_in,
        max(case when row_key = 'granted' then value end) as granted,
        max(case when row_key = 'partial' then value end) as partial,
        max(case when row_key = 'unavailable.not_held' then value end) as not_held,
        max(case when row_key = 'concluded' then value end) as concluded,
        max(case when row_key = 'carried_out' then value end) as carried_out,
        max(case when row_key = 'review' then value end) as reviews,
        max(case when row_key = 'direct_suit' then value end) + max(case when row_key = 'suit_after_review' then value end) as suits
    from figure
    where column_key = 'total' and table_name in ('applications', 'disputes')
    group by reading_id
)
select
    v_report.agency_id,
    v_report.agency,
    v_report.supervisor,
    v_report.year,
    round(1.0 * (totals.granted + totals.partial) / nullif(totals.concluded, 0), 4) as disclosure_rate,
    round(1.0 * totals.not_held / nullif(totals.concluded, 0), 4) as not_held_share,
    round(1.0 * totals.carried_out / nullif(totals.new + totals.carried_in, 0), 4) as carried_out_rate,
    round(1.0 * review.value / nullif(totals.reviews, 0), 4) as review_correction_rate,
    round(1.0 * (suit.value + later_suit.value) / nullif(totals.suits, 0), 4) as suit_correction_rate
from v_report
join totals on totals.reading_id = v_report.reading_id
left join figure as review on review.reading_id = v_report.reading_id and review.address = 'disputes.review.corrected'
left join figure as suit on suit.reading_id = v_report.reading_id and suit.address = 'disputes.direct_suit.corrected'
left join figure as later_suit
    on later_suit.reading_id = v_report.reading_id and later_suit.address = 'disputes.suit_after_review.corrected'
