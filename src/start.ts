import { App } from './app.ts';
import { fitting, settings } from './start-fleet.ts';

/** Opens the installation of the configuration, for a command. */
export const openApp = ({ unmigrated = false, readOnly = false } = {}): Promise<App> =>
  fitting(unmigrated, App.open({ ...settings(), readOnly }));
