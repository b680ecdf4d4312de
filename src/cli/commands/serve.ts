import type { Command } from 'commander';
import type { Host } from '../toolbox.ts';

export function addServe(program: Command, host: Host): void {
  program
    .command('serve')
    .description('Run the server until SIGTERM or SIGINT; configured by the environment (see .env.example).')
    .action(() => host.serve());
}
