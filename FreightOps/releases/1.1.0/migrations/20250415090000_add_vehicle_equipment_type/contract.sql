-- The old path: 1.2.0 and later know the name only.
DROP TRIGGER vehicles_keep_equipment ON vehicles;
DROP FUNCTION vehicles_keep_equipment();
ALTER TABLE vehicles DROP COLUMN type_code;
