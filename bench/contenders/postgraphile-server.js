// JavaScript, because the type checker does not find the packages of this folder where nobody measures.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { quoteIdentifier } from '../../src/db/identifier.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { findCaller } from './callers.ts';
import { untilTold } from './until-told.ts';

// The peer, as its maintainers advise for many schemas of one shape: one instance, unqualified identifiers, and the
// request's search_path and role by pgSettings. Who asks is found out by the same code as elsewhere.

const { PEER_URL, PEER_SCHEMA, PEER_ROLE } = process.env;
const config = loadConfig();
await using app = await App.open({ config, logger: createLogger({ level: 'warn', stream: 'stderr' }) });

/** @type {GraphileConfig.Preset} */
const preset = {
  extends: [PostGraphileAmberPreset],
  // Orders are asked for that no index serves by itself.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  gather: { pgIdentifiers: 'unqualified', installWatchFixtures: false },
  grafserv: { graphqlPath: '/graphql', graphiql: false, websockets: false, watch: false },
  grafast: {
    explain: false,
    async context({ node }) {
      const { tenant } = await findCaller(app, node.req.headers.authorization);
      const path = `${quoteIdentifier(tenant.schemaName)}, extensions`;
      return { pgSettings: { role: tenant.roleName, search_path: path } };
    },
  },
  pgServices: [
    makePgService({
      connectionString: PEER_URL,
      schemas: [PEER_SCHEMA],
      pgSettingsForIntrospection: { role: PEER_ROLE },
      poolConfig: { max: config.poolSize, application_name: 'peer' },
    }),
  ],
};

const instance = postgraphile(preset);
const server = createServer();
await instance.createServ(grafserv).addTo(server);
// Built before the first request, not by it.
await instance.getSchema();
await untilTold(server, config.port);
await instance.release();
