import './code-format.ts';
import './tenant-settings.ts';
