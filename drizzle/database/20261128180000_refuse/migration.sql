-- Lets a statement that checks something fail, so that what travels behind it in the same packet is not done either
CREATE FUNCTION extensions.refuse(reason text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'RF001', MESSAGE = reason;
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION extensions.refuse(text) TO PUBLIC;
