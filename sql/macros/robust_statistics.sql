{#- The factor from MAD to standard deviation for normal noise. -#}
{% macro mad_to_sigma() -%} 1.4826 {%- endmacro %}

{#-
    The 97.5 % quantile of Student's t, which encloses the middle 95 %. It is exact for one to three degrees of freedom;
    from four on, it is an expansion about the normal quantile, to 0.3 %.
-#}
{% macro student_quantile(degrees) -%}
    case
        when {{ degrees }} = 1 then 12.7062
        when {{ degrees }} = 2 then 4.3027
        when {{ degrees }} = 3 then 3.1824
        else
            1.959964
            + (pow(1.959964, 3) + 1.959964) / (4 * ({{ degrees }}))
            + (5 * pow(1.959964, 5) + 16 * pow(1.959964, 3) + 3 * 1.959964) / (96 * pow({{ degrees }}, 2))
            + (3 * pow(1.959964, 7) + 19 * pow(1.959964, 5) + 17 * pow(1.959964, 3) - 15 * 1.959964)
            / (384 * pow({{ degrees }}, 3))
    end
{%- endmacro %}
