import './code-format.ts';
import './tenant-settings.ts';
import './rewinding.ts';
import './week-shift.ts';
