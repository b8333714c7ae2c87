-- Vehicles: their equipment as a code
SELECT v.id, v.plate, v.capacity_kilograms, NULL AS equipment_type, v.type_code, l.id IS NULL AS is_free
FROM vehicles v LEFT JOIN loads l ON l.vehicle_id = v.id AND l.status = 'dispatched'
WHERE (NOT $1 OR l.id IS NULL)
  AND ($2::text IS NULL
       OR CASE type_code WHEN 'DRY' THEN 'dry_van' WHEN 'REF' THEN 'refrigerated' WHEN 'FLT' THEN 'flatbed' WHEN 'TNK' THEN 'tanker' END = $3::text)
ORDER BY v.id LIMIT $4;

INSERT INTO vehicles (plate, capacity_kilograms, type_code)
SELECT 'FO-' || lpad(n::text, 4, '0'), 12000 + 4000 * (n % 8),
       (ARRAY['DRY', 'REF', 'FLT', 'TNK'])[1 + n % 4]
FROM generate_series(0, $1) AS n
ON CONFLICT (plate) DO NOTHING;
