import './event.ts';
import './trash-item.ts';
