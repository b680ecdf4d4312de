import type { DocumentNode, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { hideSchema } from '../../graphql/execute/hide-schema.ts';
import { requestError } from '../../graphql/execute/mask-error.ts';
import { checkDocument } from '../../graphql/limits/document-limits.ts';
import { checkValidationCost } from '../../graphql/limits/validation-cost.ts';
import type { Logger } from '../../lib/logger.ts';

export interface DocumentRulesOptions {
  /** Whether errors may name parts of the schema that the document did not. */
  openIntrospection: boolean;
  logger: Logger;
}

const mostErrors = 20;

/**
 * Refuses documents too long or deep to be read safely, and lets the errors of a closed schema give no hints. Remembers
 * which documents are valid, as long as they are kept.
 */
export function useDocumentRules({ openIntrospection, logger }: DocumentRulesOptions): Plugin {
  const valid = new WeakSet<DocumentNode>();
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => {
        try {
          checkDocument(String(source.body ?? source));
        } catch (error) {
          throw requestError(error, logger);
        }
        return parseFn(source, options);
      });
    },
    onValidate({ params, validateFn, setValidationFn, setResult }) {
      if (valid.has(params.documentAST)) return setResult([]);
      const options = { maxErrors: mostErrors, hideSuggestions: !openIntrospection };
      setValidationFn((schema, document, rules) => {
        try {
          checkValidationCost(document);
        } catch (error) {
          return [requestError(error, logger)];
        }
        const errors = validateFn(schema, document, rules, options);
        if (errors.length === 0) valid.add(document);
        if (openIntrospection) return errors;
        return errors.map((error: GraphQLError) => hideSchema(error, () => document.loc?.source.body ?? ''));
      });
    },
  };
}
