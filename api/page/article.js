// An article beside the conversation, or alone for reading, scrolled to a quote.

import { byId, element } from './elements.js';
import { keyForm, keyNotice, needsKey } from './key.js';
import { readArticle } from './server.js';
import { pageLink, sourceDetails, titleOf } from './sources.js';
import { cut, languageAttributes } from './text.js';
import { say, whenLanguageIsChosen } from './words.js';

const panel = byId('article');
const isNarrow = matchMedia('(max-width: 60rem)');

let opener = null;
let whenClosed = () => {};
let shown = null;

/**
 * Show an article; a quote in it is highlighted and scrolled to.
 *
 * @param {{id: string, version?: string, start?: number, end?: number}} place
 * @param {HTMLElement} [button] gets the focus back
 * @param {() => void} [afterwards] called when it is closed
 */
export async function openArticle(place, button = null, afterwards = () => {}) {
  opener = button;
  whenClosed = afterwards;
  shown = place;
  panel.replaceChildren(toolbar(place), element('p', { class: 'faint', id: 'article-title' }, say('articleLoading')));
  show();
  if (!(await draw(place))) return;
  panel.scrollTop = 0;
  panel.querySelector('mark')?.scrollIntoView({ block: 'center' });
  panel.querySelector('#article-title').focus({ preventScroll: true });
}

/** Show the article at `place`, unless another was asked for meanwhile. */
async function draw(place) {
  const content = await contentOf(place);
  if (shown !== place) return false;
  panel.replaceChildren(toolbar(place), ...content);
  return true;
}

export function closeArticle() {
  if (panel.open) panel.close();
}

/** On a narrow screen it covers the conversation, which then cannot be reached. */
function show() {
  if (panel.open) return;
  if (isNarrow.matches) panel.showModal();
  else panel.show();
  document.body.classList.add('has-article');
}

panel.addEventListener('close', () => {
  document.body.classList.remove('has-article');
  whenClosed();
  opener?.focus();
});

// A dialog that is not modal does not close by itself.
panel.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closeArticle();
});

isNarrow.addEventListener('change', () => {
  if (!panel.open) return;
  const { scrollTop } = panel;
  const afterwards = whenClosed;
  whenClosed = () => {};
  panel.addEventListener(
    'close',
    () => {
      whenClosed = afterwards;
      show();
      panel.scrollTop = scrollTop;
    },
    { once: true },
  );
  panel.close();
});

whenLanguageIsChosen(() => panel.open && draw(shown));

function toolbar(place) {
  return element(
    'p',
    { class: 'toolbar' },
    element('a', { href: articleAddress(place), target: '_blank', rel: 'noopener' }, say('permanentLink')),
    element('button', { type: 'button', class: 'close', 'aria-label': say('close'), click: closeArticle }, '×'),
  );
}

/** The address under which the page shows a quote in its article. */
export function articleAddress({ id, version, start, end }) {
  const given = Object.entries({ article: id, version, start, end }).filter(([, value]) => value !== undefined);
  return `?${new URLSearchParams(given)}`;
}

async function contentOf(place) {
  try {
    const article = await readArticle(place.id, place.version);
    return [
      titleOf(article, 'h2', { id: 'article-title', tabindex: '-1' }),
      sourceDetails(article),
      element('p', { class: 'actions' }, pageLink(article.url, 'sourcePage')),
      element('div', { class: 'body', ...languageAttributes(article.language) }, ...paragraphsOf(article, place)),
    ];
  } catch (failure) {
    const isRefused = needsKey(failure);
    const properties = { class: 'notice failed', role: 'alert', id: 'article-title', tabindex: '-1' };
    const notice = element('p', properties, isRefused ? keyNotice() : failure.message);
    return isRefused ? [notice, keyForm(() => openArticle(place, opener, whenClosed))] : [notice];
  }
}

function paragraphsOf(article, { start = 0, end = 0 }) {
  const attributes = languageAttributes(article.language);
  return article.paragraphs.map((paragraph) => {
    const [before, quote, after] = cut(paragraph.text, start - paragraph.start, end - paragraph.start);
    return element('p', attributes, before, quote && element('mark', {}, quote), after);
  });
}
