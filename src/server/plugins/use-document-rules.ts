import type { Plugin } from 'graphql-yoga';
import { checkDocument } from '../../graphql/document-limits.ts';
import { requestError } from '../../graphql/mask-error.ts';
import type { Logger } from '../../lib/logger.ts';

export interface DocumentRulesOptions {
  /** Whether errors may name parts of the schema that the document did not. */
  openIntrospection: boolean;
  logger: Logger;
}

const mostErrors = 20;

/** Refuses documents too long or deep to be read safely, and lets the errors of a closed schema give no hints. */
export function useDocumentRules({ openIntrospection, logger }: DocumentRulesOptions): Plugin {
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
    onValidate({ validateFn, setValidationFn }) {
      const options = { maxErrors: mostErrors, hideSuggestions: !openIntrospection };
      setValidationFn((schema, document, rules) => validateFn(schema, document, rules, options));
    },
  };
}
