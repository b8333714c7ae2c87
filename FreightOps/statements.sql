-- The contract suite of FreightOps: what every release sends to its database, as it sends it. `assemble-release` puts it
-- in front of what a release sends beside; Tests/FreightOpsTests/ContractSuiteTests.swift keeps both true.

-- Health
SELECT 1;

-- Customers and drivers
SELECT id, name, city FROM customers ORDER BY id LIMIT $1;

SELECT d.id, d.name, d.phone, l.id IS NULL AS is_free
FROM drivers d LEFT JOIN loads l ON l.driver_id = d.id AND l.status = 'dispatched'
WHERE NOT $1 OR l.id IS NULL
ORDER BY d.id LIMIT $2;

-- Loads: one, a page of a status, a page of all, the next of a status
SELECT l.id, l.customer_id, c.name AS customer, l.cargo, l.origin, l.destination, l.weight_kilograms,
       l.price_cents, l.status, l.vehicle_id, v.plate AS vehicle, l.driver_id, d.name AS driver,
       to_char(l.pickup_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS pickup_at,
       to_char(l.deliver_by, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS deliver_by,
       l.overdue_since IS NOT NULL AS is_overdue
FROM loads l
JOIN customers c ON c.id = l.customer_id
LEFT JOIN vehicles v ON v.id = l.vehicle_id
LEFT JOIN drivers d ON d.id = l.driver_id WHERE l.id = $1;

SELECT l.id, l.customer_id, c.name AS customer, l.cargo, l.origin, l.destination, l.weight_kilograms,
       l.price_cents, l.status, l.vehicle_id, v.plate AS vehicle, l.driver_id, d.name AS driver,
       to_char(l.pickup_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS pickup_at,
       to_char(l.deliver_by, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS deliver_by,
       l.overdue_since IS NOT NULL AS is_overdue
FROM loads l
JOIN customers c ON c.id = l.customer_id
LEFT JOIN vehicles v ON v.id = l.vehicle_id
LEFT JOIN drivers d ON d.id = l.driver_id WHERE l.status = $1
ORDER BY l.id DESC LIMIT $2 OFFSET $3;

SELECT l.id, l.customer_id, c.name AS customer, l.cargo, l.origin, l.destination, l.weight_kilograms,
       l.price_cents, l.status, l.vehicle_id, v.plate AS vehicle, l.driver_id, d.name AS driver,
       to_char(l.pickup_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS pickup_at,
       to_char(l.deliver_by, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS deliver_by,
       l.overdue_since IS NOT NULL AS is_overdue
FROM loads l
JOIN customers c ON c.id = l.customer_id
LEFT JOIN vehicles v ON v.id = l.vehicle_id
LEFT JOIN drivers d ON d.id = l.driver_id ORDER BY l.id DESC LIMIT $1 OFFSET $2;

SELECT l.id, l.customer_id, c.name AS customer, l.cargo, l.origin, l.destination, l.weight_kilograms,
       l.price_cents, l.status, l.vehicle_id, v.plate AS vehicle, l.driver_id, d.name AS driver,
       to_char(l.pickup_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS pickup_at,
       to_char(l.deliver_by, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS deliver_by,
       l.overdue_since IS NOT NULL AS is_overdue
FROM loads l
JOIN customers c ON c.id = l.customer_id
LEFT JOIN vehicles v ON v.id = l.vehicle_id
LEFT JOIN drivers d ON d.id = l.driver_id WHERE l.status = $1 AND l.status <> 'delivered'
ORDER BY l.pickup_at, l.id LIMIT $2;

-- Booking
WITH load AS (
    INSERT INTO loads (customer_id, cargo, origin, destination, weight_kilograms, price_cents,
                       pickup_at, deliver_by, idempotency_key)
    VALUES ($1, $2, $3, $4,
            $5, $6,
            $7::timestamptz, $8::timestamptz, $9)
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING id, status
), event AS (
    INSERT INTO load_events (load_id, status) SELECT id, status FROM load
)
SELECT id FROM load;

SELECT id FROM loads WHERE idempotency_key = $1;

-- Dispatch and delivery
WITH moved AS (
    UPDATE loads
    SET status = 'dispatched', vehicle_id = $1, driver_id = $2, dispatched_at = now()
    WHERE id = $3 AND status = 'booked'
      AND weight_kilograms <= coalesce(
          (SELECT capacity_kilograms FROM vehicles WHERE id = $4), weight_kilograms)
    RETURNING id, status
), event AS (
    INSERT INTO load_events (load_id, status) SELECT id, status FROM moved
)
SELECT id FROM moved;

SELECT capacity_kilograms FROM vehicles WHERE id = $1;

WITH moved AS (
    UPDATE loads SET status = 'delivered', delivered_at = now()
    WHERE id = $1 AND status = 'dispatched'
    RETURNING id, status
), event AS (
    INSERT INTO load_events (load_id, status) SELECT id, status FROM moved
)
SELECT id FROM moved;

-- Figures
SELECT status, count(*) AS loads, sum(price_cents)::bigint AS cents FROM loads GROUP BY status;

SELECT count(*) AS loads, coalesce(sum(price_cents), 0)::bigint AS cents FROM loads WHERE status = 'delivered';

-- Events
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS transaction;

SELECT id, transaction_id::text AS transaction, load_id, status,
       to_char(happened_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS happened_at
FROM load_events
WHERE (transaction_id, id) > ($1::xid8, $2)
  AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY transaction_id, id LIMIT $3;

DELETE FROM load_events WHERE id IN (
    SELECT id FROM load_events
    WHERE happened_at < now() - make_interval(days => $1)
    ORDER BY happened_at LIMIT $2
);

-- Reminders
INSERT INTO reminders (load_id, kind)
SELECT l.id, due.kind
FROM loads l
JOIN LATERAL (VALUES
    ('pickup', l.status = 'booked' AND l.pickup_at < now() + interval '24 hours'),
    ('delivery', l.status = 'dispatched' AND l.deliver_by < now() + interval '24 hours')
) AS due (kind, is_due) ON due.is_due
WHERE l.status <> 'delivered'
  AND NOT EXISTS (SELECT FROM reminders r WHERE r.load_id = l.id AND r.kind = due.kind)
ORDER BY l.pickup_at LIMIT $1
ON CONFLICT (load_id, kind) DO NOTHING;

SELECT r.id, r.kind, r.load_id, c.name AS customer, d.phone, l.origin, l.destination
FROM reminders r
JOIN loads l ON l.id = r.load_id
JOIN customers c ON c.id = l.customer_id
LEFT JOIN drivers d ON d.id = l.driver_id
WHERE r.sent_at IS NULL
ORDER BY r.id LIMIT $1
FOR UPDATE OF r SKIP LOCKED;

WITH message AS (
    INSERT INTO messages (reminder_id, recipient, body) VALUES ($1, $2, $3)
)
UPDATE reminders SET sent_at = now() WHERE id = $4;

-- Test data
INSERT INTO customers (name, city)
SELECT ($1::text[])[1 + n % 20] || ' '
           || ($2::text[])[1 + n / 20 % 8]
           || CASE WHEN n >= 160 THEN ' ' || n ELSE '' END,
       ($3::text[])[1 + n % 20]
FROM generate_series(0, $4) AS n
ON CONFLICT (name) DO NOTHING;

INSERT INTO drivers (name, phone, licence)
SELECT ($1::text[])[1 + n % 20] || ' '
           || ($2::text[])[1 + n * 7 % 15],
       '+49 30 555 ' || lpad(n::text, 4, '0'), 'CE-' || lpad(n::text, 6, '0')
FROM generate_series(0, $3) AS n
ON CONFLICT (licence) DO NOTHING;

WITH fleet AS (
    SELECT array_agg(id ORDER BY id) AS vehicles FROM vehicles WHERE plate LIKE 'FO-%'
), crew AS (
    SELECT array_agg(id ORDER BY id) AS drivers FROM drivers WHERE licence LIKE 'CE-%'
), shippers AS (
    SELECT array_agg(id ORDER BY id) AS customers FROM customers
), planned AS (
    SELECT n, CASE WHEN n < $1 THEN 'dispatched'
                   WHEN n % 10 < 3 THEN 'delivered' ELSE 'booked' END AS status
    FROM generate_series(0, $2) AS n
)
INSERT INTO loads (customer_id, cargo, origin, destination, weight_kilograms, price_cents, status,
                   vehicle_id, driver_id, pickup_at, deliver_by, dispatched_at, delivered_at,
                   idempotency_key)
SELECT customers[1 + n % array_length(customers, 1)],
       ($3::text[])[1 + n * 5 % 12],
       ($4::text[])[1 + n % 20],
       ($5::text[])[1 + (n + 1 + n / 20 % 18) % 20],
       800 + n * 37 % 11000, 45000 + n * 997 % 380000, status,
       CASE WHEN status <> 'booked' THEN vehicles[1 + n % array_length(vehicles, 1)] END,
       CASE WHEN status <> 'booked' THEN drivers[1 + n % array_length(drivers, 1)] END,
       now() + make_interval(hours => (6 + n % 240)::int), now() + make_interval(hours => (60 + n % 240)::int),
       CASE WHEN status <> 'booked' THEN now() END, CASE WHEN status = 'delivered' THEN now() END,
       'seed-' || n
FROM planned, fleet, crew, shippers
ON CONFLICT DO NOTHING;
