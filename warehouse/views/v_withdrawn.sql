-- Which pages and files have been taken down (已撤下), when was it noticed, and what was there?
select
    sighting.agency_id,
    agency.name as agency,
    agency.supervisor,
    sighting.year,
    sighting.title,
    sighting.published,
    sighting.night as withdrawn,
    sighting.reason,
    sighting.url,
    sighting.sha256
from sighting
join agency on agency.id = sighting.agency_id
where sighting.state = 'withdrawn'
    and not exists (
        select 1
        from sighting as later
        where later.agency_id = sighting.agency_id
            and later.url = sighting.url
            and later.night > sighting.night
            and later.state in ('new', 'changed', 'unchanged')
    )
