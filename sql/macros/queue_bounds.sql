{#-
    Whether an hour of the week belongs to the pool of another. Pools 0 and 1 are the hours up to 1 and 3 away on days
    of the same kind (Monday to Friday, or the weekend); pool 2 is any hour of such days.
-#}
{% macro in_pool(asked, near, pool) -%}
    {{ asked }}.is_weekend = {{ near }}.is_weekend
    {%- if pool < 2 %}
        and least(
            ({{ asked }}.hour - {{ near }}.hour + 24) % 24, ({{ near }}.hour - {{ asked }}.hour + 24) % 24
        ) <= {{ [1, 3][pool] }}
    {%- endif -%}
{%- endmacro %}

{#-
    The CTE `binomial_ranks`: for each number of values n in a relation and each share q, the rank of the smallest value
    that is an upper bound of the q-quantile at some confidence. It is the smallest k with P(X >= k) <= 1 - confidence
    for X binomial (n, q). It is null if even the greatest value is no such bound, which is so if q^n > 1 - confidence.

    Brevik, Nurmi, Wolski: Predicting bounds on queuing delay for batch-scheduled parallel machines (2006).
-#}
{% macro binomial_ranks(relation, count, shares, confidence) -%}
-- 1 row per whole number, with the logarithm of its factorial
log_factorials as (
    select
        n,
        sum(ln(greatest(n, 1))) over (order by n asc) as log_factorial
    from (select {{ each_whole_number('0', 'coalesce(max(' ~ count ~ '), 0)') }} as n from {{ relation }}) as numbers
),

-- 1 row per number of values, share and rank at or above that share: the probability that fewer values lie below it
tails as (
    select
        counts.n as {{ count }},
        shares.share,
        ranks.n as rank_of_value,
        sum(
            exp(
                counts.log_factorial - ranks.log_factorial - rest.log_factorial
                + ranks.n * ln(shares.share) + rest.n * ln(1 - shares.share)
            )
        ) over (partition by counts.n, shares.share order by ranks.n desc) as tail
    from (select distinct {{ count }} from {{ relation }}) as wanted
    inner join log_factorials as counts on wanted.{{ count }} = counts.n
    cross join (values ({{ shares | join('e0), (') }}e0)) as shares (share)
    inner join log_factorials as ranks on ranks.n <= counts.n and ranks.n >= floor(counts.n * shares.share)
    inner join log_factorials as rest on rest.n = counts.n - ranks.n
),

-- 1 row per number of values
binomial_ranks as (
    select
        {{ count }}
        {%- for share in shares %},
        min(rank_of_value) filter (where share = {{ share }}e0 and tail <= {{ (1 - confidence) | round(10) }})
            as rank_{{ loop.index }}
        {%- endfor %}
    from tails
    group by {{ count }}
)
{%- endmacro %}

{#- Converts a rank among the jobs that count to one among all jobs of the relation `counted`, rounded up. -#}
{% macro scaled_rank(rank) -%}
    floor(({{ rank }} * counted.jobs + counted.counted_jobs - 1) / counted.counted_jobs)
{%- endmacro %}
