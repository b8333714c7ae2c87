DROP TRIGGER vehicles_keep_equipment ON vehicles;
DROP FUNCTION vehicles_keep_equipment();
ALTER TABLE vehicles DROP COLUMN equipment_type;
