-- Like keep_issued, takes the columns of the lines of an issued invoice that may change as arguments
CREATE OR REPLACE FUNCTION extensions.keep_issued_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  IF EXISTS (SELECT FROM invoices WHERE id IN (OLD.invoice_id, NEW.invoice_id) AND number IS NOT NULL) THEN
    IF TG_OP = 'UPDATE' THEN
      IF to_jsonb(NEW) - coalesce(TG_ARGV, '{}') IS NOT DISTINCT FROM to_jsonb(OLD) - coalesce(TG_ARGV, '{}') THEN
        RETURN NEW;
      END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'the invoice of this line is issued: it cannot be changed';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
