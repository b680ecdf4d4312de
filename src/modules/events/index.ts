import './event.ts';
import './changes/changes.ts';
import './trash-item.ts';
import './rewind/log-rewinding.ts';
