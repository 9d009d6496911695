-- What kamlib.facts.account_facts computes as of 2025-12-31, by hand for DuckDB: the yardstick of bench/facts.py.
-- :orders is the Parquet file.
WITH by_order AS (
    SELECT customer_id, date, order_id, count(*) AS lines, sum(margin)::DECIMAL(18, 4) AS margin,
           coalesce(sum(amount) FILTER (amount > 0), 0)::DECIMAL(18, 4) AS bought,
           coalesce(-sum(amount) FILTER (amount < 0), 0)::DECIMAL(18, 4) AS returned,
           coalesce(sum(abs(amount)) FILTER (margin IS NOT NULL), 0)::DECIMAL(18, 4) AS known
    FROM :orders WHERE date <= DATE '2025-12-31' GROUP BY ALL
),
before AS (
    SELECT *, CASE WHEN bought > 0 THEN lag(date) OVER (PARTITION BY customer_id, bought > 0 ORDER BY date) END AS previous,
           dense_rank() OVER (PARTITION BY customer_id, bought > 0 ORDER BY date) - 1 AS days_before
    FROM by_order
),
gaps AS (
    SELECT *, bought - returned AS revenue, bought > 0 AND (previous IS NULL OR previous < date) AS purchase,
           2025 * 12 + 12 - year(date) * 12 - month(date) AS age,  -- no day of a month comes after the 31st
           CASE WHEN previous < date THEN (date - previous)::INTEGER END AS gap
    FROM before
),
sums AS (
    SELECT customer_id,
           min(date) FILTER (purchase) AS first_order, max(date) FILTER (purchase) AS last_order,
           count(*) FILTER (purchase) AS order_days, count(*) FILTER (bought > 0) AS orders, sum(lines)::BIGINT AS lines,
           sum(revenue) AS revenue, sum(margin) AS margin, sum(bought) AS bought, sum(returned) AS returned, sum(known) AS known,
           count(gap) AS gaps, avg(gap) AS gap_mean, stddev_samp(gap) AS gap_sd, quantile_cont(gap, [0.5, 0.95]) AS gap_quantiles,
           max(date) FILTER (gap > 180) AS long_gap_ended, arg_max(gap, date) FILTER (gap > 180) AS long_gap_days,
           arg_max(days_before, date) FILTER (gap > 180) AS long_gap_orders,
           sum(revenue) FILTER (age < 3) AS revenue_3m, sum(revenue) FILTER (age < 6) AS revenue_6m,
           sum(revenue) FILTER (age < 12) AS revenue_12m, sum(revenue) FILTER (age < 24) AS revenue_24m,
           sum(revenue) FILTER (age >= 6 AND age < 12) AS revenue_prev_6m,
           sum(revenue) FILTER (age >= 12 AND age < 24) AS revenue_prev_12m,
           sum(revenue) FILTER (age >= 12 AND age < 18) AS revenue_6m_year_ago,
           sum(margin) FILTER (age < 6) AS margin_6m, sum(margin) FILTER (age < 12) AS margin_12m,
           sum(margin) FILTER (age < 24) AS margin_24m,
           sum(known) FILTER (age < 12) AS known_12m, sum(known) FILTER (age < 24) AS known_24m,
           sum(returned) FILTER (age < 12) AS returned_12m, sum(returned) FILTER (age < 24) AS returned_24m,
           count(*) FILTER (purchase AND age < 12) AS order_days_12m, count(*) FILTER (purchase AND age < 24) AS order_days_24m,
           bit_count(bit_or(1 << age) FILTER (purchase AND age < 12)) AS order_months_12m,
           bit_count(bit_or(1 << age) FILTER (purchase AND age < 24)) AS order_months_24m,
           sum(revenue * (11 - 2 * age)) FILTER (age < 12) AS tilt_12m, sum(revenue * (23 - 2 * age)) FILTER (age < 24) AS tilt_24m
    FROM gaps GROUP BY customer_id
),
kinds AS (
    SELECT customer_id, category, manager, max(date) AS latest
    FROM :orders WHERE date <= DATE '2025-12-31' AND amount > 0 GROUP BY ALL
),
categories AS (
    SELECT customer_id, count(category) AS categories, count(category) FILTER (latest > DATE '2024-12-31') AS categories_12m,
           count(category) FILTER (latest > DATE '2023-12-31') AS categories_24m
    FROM (SELECT customer_id, category, max(latest) AS latest FROM kinds GROUP BY ALL) GROUP BY ALL
),
managers AS (
    SELECT customer_id, count(manager) AS managers, count(manager) FILTER (latest > DATE '2023-12-31') AS managers_24m
    FROM (SELECT customer_id, manager, max(latest) AS latest FROM kinds GROUP BY ALL) GROUP BY ALL
),
facts AS (
    SELECT *, CASE WHEN revenue > 0 THEN revenue END AS positive,
           first_order <= DATE '2024-12-31' AS whole_12m, first_order <= DATE '2023-12-31' AS whole_24m
    FROM sums LEFT JOIN categories USING (customer_id) LEFT JOIN managers USING (customer_id)
)
SELECT customer_id, DATE '2025-12-31' AS as_of, first_order, last_order,
       DATE '2025-12-31' - first_order AS tenure_days, DATE '2025-12-31' - last_order AS silence_days,
       order_days, orders, bought::DOUBLE / nullif(orders, 0) AS average_order, lines,
       revenue::DOUBLE AS revenue, margin::DOUBLE AS margin,
       known::DOUBLE / nullif(bought::DOUBLE + returned::DOUBLE, 0) AS margin_known, returned::DOUBLE AS returns,
       gaps, gap_quantiles[1] AS gap_median, gap_mean, gap_sd, gap_sd / gap_mean AS gap_cv, gap_quantiles[2] AS gap_p95,
       coalesce(revenue_3m, 0)::DOUBLE AS revenue_3m, coalesce(revenue_6m, 0)::DOUBLE AS revenue_6m,
       coalesce(revenue_12m, 0)::DOUBLE AS revenue_12m, coalesce(revenue_24m, 0)::DOUBLE AS revenue_24m,
       coalesce(revenue_prev_6m, 0)::DOUBLE AS revenue_prev_6m, coalesce(revenue_prev_12m, 0)::DOUBLE AS revenue_prev_12m,
       coalesce(revenue_6m_year_ago, 0)::DOUBLE AS revenue_6m_year_ago,
       CASE WHEN margin IS NOT NULL AND revenue_6m IS NULL THEN 0 ELSE margin_6m::DOUBLE END AS margin_6m,
       CASE WHEN margin IS NOT NULL AND revenue_12m IS NULL THEN 0 ELSE margin_12m::DOUBLE END AS margin_12m,
       CASE WHEN margin IS NOT NULL AND revenue_24m IS NULL THEN 0 ELSE margin_24m::DOUBLE END AS margin_24m,
       known_12m::DOUBLE / nullif(revenue_12m::DOUBLE + 2 * returned_12m::DOUBLE, 0) AS margin_known_12m,
       known_24m::DOUBLE / nullif(revenue_24m::DOUBLE + 2 * returned_24m::DOUBLE, 0) AS margin_known_24m,
       order_days_12m::DOUBLE AS order_days_12m, order_days_24m::DOUBLE AS order_days_24m,
       coalesce(returned_12m, 0)::DOUBLE AS returns_12m, coalesce(returned_24m, 0)::DOUBLE AS returns_24m,
       CASE WHEN whole_12m AND revenue_12m > 0 THEN 6 * tilt_12m::DOUBLE / (143 * revenue_12m::DOUBLE) END AS trend_12m,
       CASE WHEN whole_24m AND revenue_24m > 0 THEN 6 * tilt_24m::DOUBLE / (575 * revenue_24m::DOUBLE) END AS trend_24m,
       CASE WHEN whole_12m THEN coalesce(order_months_12m, 0) / 12 END AS regularity_12m,
       CASE WHEN whole_24m THEN coalesce(order_months_24m, 0) / 24 END AS regularity_24m,
       CASE WHEN revenue_prev_12m > 0 THEN coalesce(revenue_12m, 0)::DOUBLE / revenue_prev_12m::DOUBLE - 1 END AS growth,
       CASE WHEN order_days > 0 THEN nullif(categories, 0) ELSE 0 END::DOUBLE AS categories,
       CASE WHEN order_days_12m > 0 THEN nullif(categories_12m, 0) ELSE 0 END::DOUBLE AS categories_12m,
       CASE WHEN order_days_24m > 0 THEN nullif(categories_24m, 0) ELSE 0 END::DOUBLE AS categories_24m,
       CASE WHEN order_days > 0 THEN nullif(managers, 0) ELSE 0 END::DOUBLE AS managers,
       CASE WHEN order_days_24m > 0 THEN nullif(managers_24m, 0) ELSE 0 END::DOUBLE AS managers_24m,
       long_gap_ended, long_gap_days, long_gap_orders,
       positive::DOUBLE / sum(positive) OVER ()::DOUBLE AS share,
       CASE WHEN positive IS NOT NULL THEN sum(positive) OVER (ORDER BY positive DESC)::DOUBLE / sum(positive) OVER ()::DOUBLE END
           AS cumulative_share
FROM facts ORDER BY share DESC NULLS LAST, customer_id
