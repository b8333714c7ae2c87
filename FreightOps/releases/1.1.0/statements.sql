-- Vehicles: their equipment as a name and as a code
SELECT v.id, v.plate, v.capacity_kilograms, v.equipment_type, v.type_code, l.id IS NULL AS is_free
FROM vehicles v LEFT JOIN loads l ON l.vehicle_id = v.id AND l.status = 'dispatched'
WHERE (NOT $1 OR l.id IS NULL)
  AND ($2::text IS NULL
       OR coalesce(v.equipment_type, CASE type_code WHEN 'DRY' THEN 'dry_van' WHEN 'REF' THEN 'refrigerated' WHEN 'FLT' THEN 'flatbed' WHEN 'TNK' THEN 'tanker' END) = $3::text)
ORDER BY v.id LIMIT $4;

INSERT INTO vehicles (plate, capacity_kilograms, type_code, equipment_type)
SELECT 'FO-' || lpad(n::text, 4, '0'), 12000 + 4000 * (n % 8),
       (ARRAY['DRY', 'REF', 'FLT', 'TNK'])[1 + n % 4], (ARRAY['dry_van', 'refrigerated', 'flatbed', 'tanker'])[1 + n % 4]
FROM generate_series(0, $1) AS n
ON CONFLICT (plate) DO NOTHING;

-- The scheduler
UPDATE loads SET overdue_since = now() WHERE id IN (
    SELECT id FROM loads
    WHERE status <> 'delivered' AND deliver_by < now() AND overdue_since IS NULL
    ORDER BY pickup_at LIMIT $1
);
