import type { DocumentNode, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { hideSchema } from '../../graphql/execute/hide-schema.ts';
import { requestError } from '../../graphql/execute/mask-error.ts';
import { checkDocument } from '../../graphql/limits/document-limits.ts';
import { checkValidationCost } from '../../graphql/limits/validation-cost.ts';
import type { Logger } from '../../lib/logger.ts';

export interface DocumentRulesOptions {
  /** Whether errors may name parts of the schema that the document does not contain. */
  openIntrospection: boolean;
  logger: Logger;
}

const mostErrors = 20;

/**
 * Refuses documents that are too long or too deep to parse and validate safely. In errors, hides parts of a closed
 * schema. Validates each cached document once.
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
