{# Metres in the plane of a band of latitude, given in hundredths of a degree. #}
{% macro east_m(lon, band) -%}
    6371008.8 * radians({{ lon }}) * cos(radians({{ band }} / 100))
{%- endmacro %}

{% macro north_m(lat) -%}
    6371008.8 * radians({{ lat }})
{%- endmacro %}

{#
  Metres between two legs, each of a row with its ends in one plane (from_x_m, from_y_m, to_x_m, to_y_m): nothing where
  they cross, else from one of the four ends to the other leg. What stays is a leg from a place to itself.
#}
{% macro metres_apart(one, other) -%}
    if(
        {{ side_of(one, other, 'from') }} * {{ side_of(one, other, 'to') }} < 0
        and {{ side_of(other, one, 'from') }} * {{ side_of(other, one, 'to') }} < 0,
        0,
        least(
            {{ metres_to(one, other, 'from') }},
            {{ metres_to(one, other, 'to') }},
            {{ metres_to(other, one, 'from') }},
            {{ metres_to(other, one, 'to') }}
        )
    )
{%- endmacro %}

{# On which side of a leg one end of another lies, by its sign; 0 is on its line. #}
{% macro side_of(leg, other, end) -%}
    (
        ({{ leg }}.to_x_m - {{ leg }}.from_x_m) * ({{ other }}.{{ end }}_y_m - {{ leg }}.from_y_m)
        - ({{ leg }}.to_y_m - {{ leg }}.from_y_m) * ({{ other }}.{{ end }}_x_m - {{ leg }}.from_x_m)
    )
{%- endmacro %}

{# Metres from one end of another leg to the nearest point of a leg. #}
{% macro metres_to(leg, other, end) -%}
    {%- set share = share_along(leg, other, end) -%}
    sqrt(
        power({{ leg }}.from_x_m + {{ share }} * ({{ leg }}.to_x_m - {{ leg }}.from_x_m) - {{ other }}.{{ end }}_x_m, 2)
        + power({{ leg }}.from_y_m + {{ share }} * ({{ leg }}.to_y_m - {{ leg }}.from_y_m) - {{ other }}.{{ end }}_y_m, 2)
    )
{%- endmacro %}

{# How far along a leg its point nearest to one end of another lies: 0 at its beginning, 1 at its end. #}
{% macro share_along(leg, other, end) -%}
    greatest(0, least(1, coalesce(
        (
            ({{ other }}.{{ end }}_x_m - {{ leg }}.from_x_m) * ({{ leg }}.to_x_m - {{ leg }}.from_x_m)
            + ({{ other }}.{{ end }}_y_m - {{ leg }}.from_y_m) * ({{ leg }}.to_y_m - {{ leg }}.from_y_m)
        )
        / nullif(
            power({{ leg }}.to_x_m - {{ leg }}.from_x_m, 2) + power({{ leg }}.to_y_m - {{ leg }}.from_y_m, 2),
            0
        ),
        0
    )))
{%- endmacro %}

{# Whether two legs may lie within some metres of each other: their boxes do, which is soon found. #}
{% macro boxes_within(one, other, metres) -%}
    least({{ one }}.from_x_m, {{ one }}.to_x_m) <= greatest({{ other }}.from_x_m, {{ other }}.to_x_m) + {{ metres }}
    and least({{ other }}.from_x_m, {{ other }}.to_x_m) <= greatest({{ one }}.from_x_m, {{ one }}.to_x_m) + {{ metres }}
    and least({{ one }}.from_y_m, {{ one }}.to_y_m) <= greatest({{ other }}.from_y_m, {{ other }}.to_y_m) + {{ metres }}
    and least({{ other }}.from_y_m, {{ other }}.to_y_m) <= greatest({{ one }}.from_y_m, {{ one }}.to_y_m) + {{ metres }}
{%- endmacro %}
