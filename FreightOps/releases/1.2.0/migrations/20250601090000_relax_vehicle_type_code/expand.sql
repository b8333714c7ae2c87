-- 1.2.0 no longer writes the code; the column itself is dropped by the contraction, when nothing that is kept reads it.
-- 1.1.0 stays able to read what 1.2.0 writes, because it looks at equipment_type first.
ALTER TABLE vehicles ALTER COLUMN type_code DROP NOT NULL;
