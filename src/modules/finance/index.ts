import './legal-identity.ts';
import './purchase-order.ts';
import './project-budget.ts';
import './expense.ts';
import './invoice.ts';
import './invoice-line.ts';
import './invoice-series.ts';
import './payment.ts';
