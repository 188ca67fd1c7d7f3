-- 主管部门、维护：谁在何时通过哪个渠道被告知了什么，送达了没有？Who was told what, when, through which channel, and was it delivered?
select
    told.supervisor,
    outbox.night as digest,
    told.channel,
    told.transition,
    agency.name as agency,
    notice.year,
    notice.rule,
    notice.scope,
    told.night as happened,
    notice.state,
    outbox.sent_at,
    outbox.attempts,
    outbox.error
from told
join outbox on outbox.key = told.outbox_key
join notice on notice.fingerprint = told.fingerprint
join agency on agency.id = notice.agency_id
order by outbox.night desc, told.supervisor, told.channel, told.transition, agency.id, notice.year, notice.rule, notice.scope
