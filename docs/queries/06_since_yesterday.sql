-- 主管部门：最近一夜有什么变化？What changed on the last night?
select notice_event.night, notice.supervisor, notice_event.transition, notice_event.sentence
from notice_event
join notice on notice.fingerprint = notice_event.fingerprint
where notice_event.night = (select max(night) from notice_event)
order by notice.supervisor, notice_event.transition, notice_event.sentence
