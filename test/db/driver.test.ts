import { PostgresJsConnection } from '../../src/db/driver/postgres-js.ts';
import { driverContract } from './driver-contract.ts';

driverContract('postgres.js', (options) => new PostgresJsConnection(options));
