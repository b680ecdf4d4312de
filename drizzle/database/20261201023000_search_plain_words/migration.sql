-- Words as they are written: the beginning of a word is not always a beginning of its stem ("manageme", "manag")
CREATE TEXT SEARCH CONFIGURATION extensions.plain (COPY = pg_catalog.simple);
--> statement-breakpoint
ALTER TEXT SEARCH CONFIGURATION extensions.plain ALTER MAPPING FOR hword, hword_part, word WITH extensions.unaccent, simple;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION extensions.search_vector(value text, weight "char") RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT setweight(to_tsvector('extensions.fr', words) || to_tsvector('extensions.en', words) || to_tsvector('extensions.plain', words), weight)
  FROM extensions.search_words(coalesce(value, '')) AS words
$$;
