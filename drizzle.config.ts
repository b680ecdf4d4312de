import { defineConfig } from 'drizzle-kit';

// One migration line per run: LINE=catalog, or a module's folder name. `database` is written by hand.
const line = process.env.LINE ?? 'catalog';

export default defineConfig({
  dialect: 'postgresql',
  out: `./drizzle/${line}`,
  schema:
    line === 'catalog'
      ? [
          ...['./src/tenancy/tables.ts', './src/identity/tables.ts'],
          ...['./src/graphql/documents/tables.ts', './src/graphql/rate-limit/tables.ts'],
        ]
      : `./src/modules/${line}/tables.ts`,
});
