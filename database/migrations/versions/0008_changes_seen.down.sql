drop function ops.cluster;
drop table ops.seen_change;
delete from ops.changed_span where cause = 'judged';
alter table ops.changed_span
drop column transaction,
drop constraint changed_span_cause_check,
add constraint changed_span_cause_check check (cause in ('load', 'flag', 'metadata', 'rule'));
