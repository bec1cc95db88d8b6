-- A model that is kept up to date span by span must know exactly which changes it has seen. The number of a change doesn't tell,
-- since a lower one may be committed later; the snapshot of the one who looked does.

alter table ops.changed_span
add column transaction xid8 not null default pg_current_xact_id(),
drop constraint changed_span_cause_check,
add constraint changed_span_cause_check check (cause in ('load', 'flag', 'metadata', 'rule', 'judged'));
create index changed_span_transaction on ops.changed_span (transaction);

comment on column ops.changed_span.cause is
'load: readings; flag: by hand; metadata; rule: a parameter of a quality rule; judged: the periods that a quality rule found.';
comment on column ops.changed_span.transaction is 'The transaction that made the change.';

create table ops.seen_change (
    model text not null,
    station text not null,
    made_of text not null,
    snapshot pg_snapshot not null,
    cluster bigint not null,
    seen_at timestamptz not null default clock_timestamp(),
    primary key (model, station)
);
comment on table ops.seen_change is
'Of each model that is kept up to date span by span: which changes of a station are in it. Without a row: none.';
comment on column ops.seen_change.made_of is 'A digest of its SQL and parameters: where they are others, nothing has been seen.';
comment on column ops.seen_change.snapshot is 'Changes of transactions that this snapshot sees are in the model.';
comment on column ops.seen_change.cluster is 'Snapshots mean nothing in another cluster, as after a restore.';

-- this cluster, as the snapshots of seen_change know it
create function ops.cluster() returns bigint
language sql stable
return (select system_identifier from pg_control_system());

grant execute on function ops.cluster to transformer;
grant select on ops.changed_span to transformer;
grant select, insert, update, delete on ops.seen_change to transformer;
grant select on ops.seen_change to loader;
