/** Starts GraphiQL with the settings in the page, once its script is loaded. */
export const explorerStart = `'use strict';
const { workers, options } = JSON.parse(document.getElementById('settings').textContent);
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (moduleId, label) => workers[label] };
document.addEventListener('DOMContentLoaded', () => {
  YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), options);
});
`;

export const explorerStyle = `body { margin: 0; height: 100vh; }
#root { height: 100%; }
.explorer-loading { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 32px; }
.explorer-home { color: inherit; font-weight: 600; }
`;
