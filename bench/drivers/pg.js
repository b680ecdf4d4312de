// JavaScript, because the type checker does not find the packages of this folder where nobody measures.
import pg from 'pg';

/** `pg` with its pipeline mode. Parsers of values are left out: the other drivers return text too. */
const types = { getTypeParser: () => (text) => text };

export const driver = {
  name: 'pg 8.23.1, pipeline',
  async open(url) {
    const client = new pg.Client({ connectionString: url, pipeline: true, types });
    await client.connect();
    return {
      control: (text) => client.query(text),
      query: (name, text, values) =>
        client.query({ name, text, values, rowMode: 'array' }).then(({ rows }) => rows.length),
      close: () => client.end(),
    };
  },
};
