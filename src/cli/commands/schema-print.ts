import type { Command } from 'commander';
import type { Host } from '../toolbox.ts';

export function addSchemaPrint(schema: Command, host: Host): void {
  schema
    .command('print')
    .description('Print the graph as a schema document.')
    .action(() => {
      host.stdout.write(host.printSchema());
    });
}
