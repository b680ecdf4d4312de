-- Runs the statements of many rows of a bulk change as one statement of the client, each row in a savepoint of its own.
-- `templates` are statements for format(); `jobs` holds for each row its steps, which are the position of a template, its
-- parameters as text, and whether its first row is wanted; and whether the row is undone after its steps.
CREATE FUNCTION extensions.run_rows(templates text[], jobs jsonb) RETURNS SETOF json LANGUAGE plpgsql AS $$
DECLARE
  job jsonb;
  step jsonb;
  done integer;
  answer record;
  answers json[];
  code text;
  reason text;
  violated text;
BEGIN
  FOR job IN SELECT value FROM jsonb_array_elements(jobs) LOOP
    answers := '{}';
    done := 0;
    BEGIN
      FOR step IN SELECT value FROM jsonb_array_elements(job -> 'steps') LOOP
        IF (step ->> 2)::boolean THEN
          EXECUTE format(templates[(step ->> 0)::integer], VARIADIC ARRAY(SELECT jsonb_array_elements_text(step -> 1)))
            INTO answer;
          answers := array_append(answers, row_to_json(answer));
        ELSE
          EXECUTE format(templates[(step ->> 0)::integer], VARIADIC ARRAY(SELECT jsonb_array_elements_text(step -> 1)));
          answers := array_append(answers, NULL::json);
        END IF;
        done := done + 1;
      END LOOP;
      IF (job ->> 'undone')::boolean THEN
        RAISE EXCEPTION USING ERRCODE = 'RF002', MESSAGE = 'undone';
      END IF;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, reason = MESSAGE_TEXT, violated = CONSTRAINT_NAME;
      RETURN NEXT json_build_object('code', code, 'message', reason, 'constraint', violated, 'step', done);
      CONTINUE;
    END;
    RETURN NEXT json_build_object('answers', array_to_json(answers));
  END LOOP;
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION extensions.run_rows(text[], jsonb) TO PUBLIC;
