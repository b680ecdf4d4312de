CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA extensions;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA extensions;
--> statement-breakpoint
-- Where a host has installed them elsewhere; nothing happens when they are here
ALTER EXTENSION unaccent SET SCHEMA extensions;
--> statement-breakpoint
ALTER EXTENSION pg_trgm SET SCHEMA extensions;
--> statement-breakpoint
CREATE TEXT SEARCH CONFIGURATION extensions.fr (COPY = pg_catalog.french);
--> statement-breakpoint
ALTER TEXT SEARCH CONFIGURATION extensions.fr ALTER MAPPING FOR hword, hword_part, word WITH extensions.unaccent, french_stem;
--> statement-breakpoint
CREATE TEXT SEARCH CONFIGURATION extensions.en (COPY = pg_catalog.english);
--> statement-breakpoint
ALTER TEXT SEARCH CONFIGURATION extensions.en ALTER MAPPING FOR hword, hword_part, word WITH extensions.unaccent, english_stem;
