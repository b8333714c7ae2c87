-- The equipment by its name instead of a code. Nullable without a default: no table rewrite, and 1.0.0, which does not
-- know the column, keeps inserting vehicles. The worker of 1.1.0 fills it for the rows that are there.
ALTER TABLE vehicles ADD COLUMN equipment_type varchar;
