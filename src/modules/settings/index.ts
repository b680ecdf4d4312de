import './code-format.ts';
import './tenant-settings.ts';
import './rewinding.ts';
