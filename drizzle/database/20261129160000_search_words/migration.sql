-- The words of a text as searches see them, in lower case between single spaces: anything but a letter or a digit separates words, and
-- each character of a script without spaces is a word. ICU decides what a letter is, since what the server's locale says depends on the
-- server: under C every non-ASCII character is a letter. src/lib/search-words.ts does the same to what people search for
CREATE FUNCTION extensions.search_words(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT trim(regexp_replace(
    regexp_replace(
      regexp_replace(lower(normalize(value, NFKC) COLLATE "und-x-icu"), '[\u0300-\u036f]+', '', 'g'),
      '([\u3040-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff])', ' \1 ', 'g'),
    '[^[:alnum:]]+', ' ', 'g'))
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION extensions.search_words(text) TO PUBLIC;
--> statement-breakpoint
-- Both languages: the configurations fold accents and reduce words to their stems
CREATE FUNCTION extensions.search_vector(value text, weight "char") RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT setweight(to_tsvector('extensions.fr', words) || to_tsvector('extensions.en', words), weight)
  FROM extensions.search_words(coalesce(value, '')) AS words
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION extensions.search_vector(text, "char") TO PUBLIC;
--> statement-breakpoint
-- Fills the column `search` from other columns of the row. Arguments: a column and its weight, and so on
CREATE FUNCTION extensions.fill_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  texts jsonb := to_jsonb(NEW);
BEGIN
  NEW.search := '';
  FOR i IN 0 .. TG_NARGS - 1 BY 2 LOOP
    NEW.search := NEW.search || extensions.search_vector(texts ->> TG_ARGV[i], TG_ARGV[i + 1]::"char");
  END LOOP;
  RETURN NEW;
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION extensions.fill_search() TO PUBLIC;
