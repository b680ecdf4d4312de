import { createHash } from 'node:crypto';
import { explorerStart, explorerStyle } from './explorer-files.ts';
import { pageStyle } from './page-style.ts';

interface Asset {
  type: string;
  text: string;
}

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f5f4a"/><path d="M8 23h16M10 23V12l6-4 6 4v11M14 23v-6h4v6" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

const assets = {
  pageStyle: { type: style, text: pageStyle, extension: 'css' },
  explorerStyle: { type: style, text: explorerStyle, extension: 'css' },
  explorerStart: { type: script, text: explorerStart, extension: 'js' },
  icon: { type: 'image/svg+xml', text: icon, extension: 'svg' },
};

type AssetName = keyof typeof assets;

/** The name contains a hash of the content, so that browsers can cache the file for ever. */
const fileNameOf = (name: AssetName): string => {
  const { text, extension } = assets[name];
  return `${name}-${createHash('sha256').update(text).digest('base64url').slice(0, 12)}.${extension}`;
};

const byName = new Map<string, Asset>(
  (Object.keys(assets) as AssetName[]).map((name) => [fileNameOf(name), assets[name]]),
);

/** The path of a file. */
export const assetPath = (name: AssetName): string => `/assets/${fileNameOf(name)}`;

/** The file with a name in addresses; undefined if there is none. */
export const findAsset = (name: string): Asset | undefined => byName.get(name);
