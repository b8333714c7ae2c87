-- Vehicles: their equipment as a name
SELECT v.id, v.plate, v.capacity_kilograms, v.equipment_type, NULL AS type_code, l.id IS NULL AS is_free
FROM vehicles v LEFT JOIN loads l ON l.vehicle_id = v.id AND l.status = 'dispatched'
WHERE (NOT $1 OR l.id IS NULL)
  AND ($2::text IS NULL
       OR v.equipment_type = $3::text)
ORDER BY v.id LIMIT $4;

INSERT INTO vehicles (plate, capacity_kilograms, equipment_type)
SELECT 'FO-' || lpad(n::text, 4, '0'), 12000 + 4000 * (n % 8),
       (ARRAY['dry_van', 'refrigerated', 'flatbed', 'tanker'])[1 + n % 4]
FROM generate_series(0, $1) AS n
ON CONFLICT (plate) DO NOTHING;

-- The scheduler
UPDATE loads SET overdue_since = now() WHERE id IN (
    SELECT id FROM loads
    WHERE status <> 'delivered' AND deliver_by < now() AND overdue_since IS NULL
    ORDER BY pickup_at LIMIT $1
);
