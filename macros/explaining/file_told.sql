{# A file of the ledger as explain_reading tells it. #}
{% macro file_told(file_id) -%}
    (
        select jsonb_build_object(
            'file_id', told.file_id,
            'path', told.path,
            'sha256', told.sha256,
            'format', told.format,
            'received_at', told.received_at,
            'loaded_at', told.loaded_at,
            'loader_version', told.loader_version,
            'utc_offset', told.utc_offset,
            'timestamps', case when told.timestamp_is_end_of_period then 'end' else 'begin' end
        )
        from raw.file as told
        where told.file_id = {{ file_id }}
    )
{%- endmacro %}
