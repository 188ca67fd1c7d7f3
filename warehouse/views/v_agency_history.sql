-- What has happened to an agency? Its names, its reports with every revision, and what was told of them, night by night.
select agency_id, night, 'name' as what, cast(null as integer) as year, name as detail, '' as url
from agency_version
union all
select agency_id, night, 'report' as what, year, 'revision ' || revision as detail, url
from report
union all
select notice.agency_id, notice_event.night, notice_event.transition as what, notice.year, notice_event.sentence as detail, '' as url
from notice_event
join notice on notice.fingerprint = notice_event.fingerprint
