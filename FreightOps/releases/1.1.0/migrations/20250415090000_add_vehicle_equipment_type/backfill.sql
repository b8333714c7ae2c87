-- The vehicles that were there before the column was.
-- key: vehicles.id
-- batch: 1000
UPDATE vehicles SET equipment_type = CASE type_code
    WHEN 'DRY' THEN 'dry_van' WHEN 'REF' THEN 'refrigerated' WHEN 'FLT' THEN 'flatbed' WHEN 'TNK' THEN 'tanker' END
WHERE id BETWEEN $1 AND $2 AND equipment_type IS NULL;
