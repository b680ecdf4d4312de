import './webhook.ts';
import './webhook-delivery.ts';
import './rewinding.ts';
