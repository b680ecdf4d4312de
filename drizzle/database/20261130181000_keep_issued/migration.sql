-- Keeps a row with a number as it is: members cannot change or delete it by any statement. Arguments: columns that may change. The owner of
-- the tables may, since it copies, restores and migrates them
CREATE FUNCTION extensions.keep_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.number IS NULL OR current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF to_jsonb(NEW) - coalesce(TG_ARGV, '{}') IS NOT DISTINCT FROM to_jsonb(OLD) - coalesce(TG_ARGV, '{}') THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'number ' || OLD.number || ' is issued: it cannot be changed or deleted';
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION extensions.keep_issued() TO PUBLIC;
--> statement-breakpoint
-- The same for the lines of an invoice with a number. Rows of a deleted draft are deleted by its foreign key, as the owner
CREATE FUNCTION extensions.keep_issued_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  IF EXISTS (SELECT FROM invoices WHERE id IN (OLD.invoice_id, NEW.invoice_id) AND number IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'the invoice of this line is issued: it cannot be changed';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION extensions.keep_issued_lines() TO PUBLIC;
