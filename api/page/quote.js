// The pop-over of a marker: the quote in its paragraph, where it is from, and how the claim was checked.

import { byId, element } from './elements.js';
import { readArticle } from './server.js';
import { headingOf, pageLink, sourceDetails, titleOf } from './sources.js';
import { cut, languageAttributes } from './text.js';
import { say } from './words.js';

const CHECKS = {
  quote: 'checkQuote',
  numbers: 'checkNumbers',
  dates: 'checkDates',
  names: 'checkNames',
  polarity: 'checkPolarity',
};

const GAP = 8;

const popover = byId('quote');
let opener = null;

/** Show a citation beside the button that asked for it. */
export function openQuote(citation, button, openArticle) {
  closeQuote();
  opener?.setAttribute('aria-expanded', 'false'); // the event of closing comes when there is a new opener
  opener = button;
  const paragraph = quotedParagraph(citation);
  popover.setAttribute('aria-label', say('citation', citation.number, citation.title || say('untitled')));
  popover.replaceChildren(
    closeButton(),
    titleOf(citation),
    headingOf(citation),
    paragraph,
    verdictLine(citation),
    sourceDetails(citation),
    actions(citation, openArticle),
  );
  popover.showPopover();
  place(button);
  popover.focus();
  completeParagraph(citation, paragraph).then(() => place(button));
}

/** Close it and give the focus back to the marker. */
export function closeQuote() {
  if (isOpen()) popover.hidePopover();
}

popover.addEventListener('toggle', (event) => {
  opener?.setAttribute('aria-expanded', event.newState === 'open');
  if (event.newState === 'open') return;
  const hasFocus = popover.contains(document.activeElement) || document.activeElement === document.body;
  if (hasFocus) opener?.focus();
});

popover.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  event.preventDefault();
  event.stopPropagation(); // the article beside it stays open
  opener.focus();
  closeQuote();
});

for (const moved of ['resize', 'scroll']) addEventListener(moved, () => isOpen() && place(opener), { passive: true });

function isOpen() {
  return popover.matches(':popover-open');
}

function closeButton() {
  const close = () => {
    opener.focus();
    closeQuote();
  };
  return element('button', { type: 'button', class: 'close', 'aria-label': say('close'), click: close }, '×');
}

function quotedParagraph(citation) {
  const quote = element('mark', {}, citation.quote);
  return element('blockquote', { class: 'paragraph', tabindex: '0', ...languageAttributes(citation.language) }, quote);
}

/** Put what stands around the quote in its paragraph around it. */
async function completeParagraph(citation, blockquote) {
  try {
    const article = await readArticle(citation.article_id, citation.article_version);
    const paragraph = article.paragraphs[citation.paragraph - 1];
    const start = citation.start - paragraph.start;
    const [before, quote, after] = cut(paragraph.text, start, citation.end - paragraph.start);
    blockquote.replaceChildren(before, element('mark', {}, quote), after);
  } catch {
    blockquote.append(element('span', { class: 'faint' }, ` ${say('quoteOnly')}`));
  }
  const mark = blockquote.querySelector('mark');
  blockquote.scrollTop = mark.offsetTop - blockquote.clientHeight / 3;
}

function verdictLine(citation) {
  const checks = Object.entries(CHECKS)
    .filter(([name]) => name in citation.checks)
    .map(([name, word]) => `${say(word)} ${citation.checks[name] ? '✓' : '✗'}`);
  if ('meaning' in citation.checks) checks.push(say('checkMeaning', Math.round(citation.checks.meaning * 100)));
  const verdict = element('strong', { class: `verdict-name ${citation.verdict}` }, say(citation.verdict));
  return element('p', { class: 'checks' }, verdict, checks.length ? `: ${checks.join(' · ')}` : '');
}

function actions(citation, openArticle) {
  const open = () => {
    const button = opener;
    closeQuote();
    openArticle(placeOf(citation), button);
  };
  return element(
    'p',
    { class: 'actions' },
    element('button', { type: 'button', click: open }, say('openArticle')),
    pageLink(citation.link, 'originalPage'),
  );
}

/** Where a quote stands. */
export function placeOf({ article_id, article_version, start, end }) {
  return { id: article_id, version: article_version, start, end };
}

/** Beside the button, inside the window; on a narrow screen the style sheet puts it at the bottom. */
function place(button) {
  const around = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = Math.min(Math.max(GAP, around.left - width / 4), innerWidth - width - GAP);
  const below = around.bottom + GAP;
  const top = below + height <= innerHeight - GAP ? below : around.top - height - GAP;
  popover.style.setProperty('--left', `${Math.max(GAP, left)}px`);
  popover.style.setProperty('--top-edge', `${Math.max(GAP, top)}px`);
}
