-- The equipment by its name instead of a code. Nullable without a default: no table rewrite, and 1.0.0, which does not
-- know the column, keeps inserting vehicles.
ALTER TABLE vehicles ADD COLUMN equipment_type varchar;

-- Whichever column a release writes, the other one follows: 1.0.0 writes the code, 1.1.0 both, 1.2.0 the name.
CREATE FUNCTION vehicles_keep_equipment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.equipment_type := coalesce(NEW.equipment_type, CASE NEW.type_code
        WHEN 'DRY' THEN 'dry_van' WHEN 'REF' THEN 'refrigerated' WHEN 'FLT' THEN 'flatbed' WHEN 'TNK' THEN 'tanker' END);
    NEW.type_code := coalesce(NEW.type_code, CASE NEW.equipment_type
        WHEN 'dry_van' THEN 'DRY' WHEN 'refrigerated' THEN 'REF' WHEN 'flatbed' THEN 'FLT' WHEN 'tanker' THEN 'TNK' END);
    RETURN NEW;
END $$;

CREATE TRIGGER vehicles_keep_equipment BEFORE INSERT OR UPDATE ON vehicles
    FOR EACH ROW EXECUTE FUNCTION vehicles_keep_equipment();
