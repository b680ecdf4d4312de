-- What two names have in common that differ in case, in spaces or in how their characters are composed. Upper case first: some letters
-- have several lower-case forms. ICU decides, since the server's locale may know ASCII letters only
CREATE FUNCTION extensions.name_key(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT lower(upper(trim(regexp_replace(normalize(value) COLLATE "und-x-icu", '\s+', ' ', 'g')) COLLATE "und-x-icu"))
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION extensions.name_key(text) TO PUBLIC;
