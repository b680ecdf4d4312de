import { readAddress } from '../../src/db/database-address.ts';
import { encodeParameter } from '../../src/db/driver/codecs.ts';
import type { RowForm, Statement } from '../../src/db/driver/connection.ts';
import { PostgresJsConnection } from '../../src/db/driver/postgres-js.ts';
import { connectSocket } from '../../src/db/socket.ts';
import type { MeasuredDriver } from './driver.ts';

/** The server's own driver: `bytes` is the form of compiled documents, `values` that of other statements. */
export const postgresJs = (form: RowForm): MeasuredDriver => ({
  name: `postgres.js 3.4.9, ${form}`,
  async open(url) {
    const { hosts, user, password, database } = readAddress(url);
    const [{ host, port }] = hosts as readonly [{ host: string; port: number }];
    const connection = new PostgresJsConnection({
      ...{ host, port, user, password, database },
      parameters: {},
      prepare: true,
      connectMs: 10_000,
      socket: async () => Object.assign(await connectSocket({ host, port }, 10_000), { host }),
      onClose: () => {},
    });
    const statements = new Map<string, Statement>();
    await connection.control('select 1');
    return {
      control: (text) => connection.control(text),
      query: (name, string, parameters) => {
        const known = statements.get(name);
        const encoded = parameters.map(encodeParameter);
        const statement = known ?? { name, string, types: encoded.map(({ type }) => type) };
        statements.set(name, statement);
        return connection.run(statement, known !== undefined, encoded, form).then((rows) => rows.length);
      },
      close: () => connection.close(),
    };
  },
});
