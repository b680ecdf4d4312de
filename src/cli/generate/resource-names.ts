import { toCamelCase, toPlural, toWords } from '../../graphql/declare/resource/naming.ts';
import { badInput } from '../../lib/errors.ts';

/** The names derived from the name of a resource, such as `PurchaseOrder` in the module `buying`. */
export interface ResourceNames {
  module: string;
  /** `PurchaseOrder` */
  type: string;
  /** `purchaseOrder` */
  field: string;
  /** `purchaseOrders`: the table in the program and the list in the graph. */
  table: string;
  /** `purchase_orders`: the table in the database. */
  sqlTable: string;
  /** `purchase-order`: the file. */
  file: string;
  /** `purchase order` */
  words: string;
}

/** Throws BAD_INPUT for a name that is not PascalCase. */
export function resourceNames(type: string, module: string): ResourceNames {
  if (!/^([A-Z][a-z0-9]+)+$/.test(type))
    throw badInput('The name of a resource must be in PascalCase, such as PurchaseOrder', 'name');
  const words = toWords(type);
  const plural = toPlural(words);
  const table = plural.replace(/ ([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return {
    module: moduleName(module),
    type,
    field: toCamelCase(type),
    table,
    sqlTable: plural.replaceAll(' ', '_'),
    file: words.replaceAll(' ', '-'),
    words,
  };
}

/** Throws BAD_INPUT for a name that is not kebab-case. */
export function moduleName(name: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw badInput('The name of a module must be in kebab-case, such as buying', 'module');
  return name;
}
