-- The tags of a list as they are compared: without case, as names are
CREATE FUNCTION extensions.tag_keys(tags text[]) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT array(SELECT extensions.name_key(tag) FROM unnest(tags) AS tag)
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION extensions.tag_keys(text[]) TO PUBLIC;
