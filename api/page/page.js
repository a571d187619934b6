// The page: a conversation, the question that is being typed, and what the address asks for.

import { closeArticle, openArticle } from './article.js';
import { byId, element } from './elements.js';
import { chosenFilters, prepareFilters } from './filters.js';
import { closeQuote, openQuote } from './quote.js';
import { read, whenKeyIsKept } from './server.js';
import { Turn } from './turn.js';
import { applyWords, chooseLanguage, interfaceLanguage, say, whenLanguageIsChosen } from './words.js';

// The service takes more; older turns seldom say what a follow-up question is about.
const REMEMBERED_TURNS = 20;

const SHOWN_MILLISECONDS = 2000;

const field = byId('question');
const query = new URLSearchParams(location.search);

let turns = [];
let corpusSize = null;

const page = {
  openQuote: (citation, button) => openQuote(citation, button, openArticle),
  openArticle,
  announce,
  changed,
  keepFocus,
  copy,
  addressOf,
  isBusy: () => Boolean(running()),
};

function askQuestion(question) {
  if (!question.trim() || running()) return;
  const messages = turns.slice(-REMEMBERED_TURNS).flatMap((turn) => turn.messages);
  const turn = new Turn({ question, messages, filters: chosenFilters() }, page);
  turns.push(turn);
  byId('conversation').append(turn.element);
  turn.run();
  turn.element.scrollIntoView({ block: 'start' });
}

function running() {
  return turns.find((turn) => turn.isRunning);
}

/** Show what can be done now. */
function changed() {
  const isRunning = Boolean(running());
  const title = turns.at(-1)?.asked.question;
  const hadFocus = [byId('ask'), byId('stop')].includes(document.activeElement);
  document.title = title ? `${title} · Kutip` : 'Kutip';
  byId('ask').hidden = isRunning;
  byId('stop').hidden = !isRunning;
  byId('welcome').hidden = turns.length > 0;
  byId('new-conversation').hidden = turns.length === 0;
  if (hadFocus) keepFocus();
}

/** Focus what can be used now, after the element that had the focus is gone. */
function keepFocus() {
  (running() ? byId('stop') : field).focus();
}

function startAnew() {
  running()?.stop();
  closeQuote();
  closeArticle();
  turns = [];
  byId('conversation').replaceChildren();
  history.replaceState(null, '', location.pathname);
  announce('');
  changed();
  field.focus();
}

/** Tell a screen reader. */
function announce(text) {
  byId('status').textContent = text;
}

// The label and the timer of each button that shows the result of copying.
const resultsShown = new Map();

/** Copy a text, and say so on the button for a moment. */
async function copy(text, button) {
  const result = say((await isCopied(text)) ? 'copied' : 'copyFailed');
  announce(result);
  const { label, timer } = resultsShown.get(button) ?? { label: button.textContent };
  clearTimeout(timer);
  button.textContent = result;
  const restore = () => {
    button.textContent = label;
    resultsShown.delete(button);
  };
  resultsShown.set(button, { label, timer: setTimeout(restore, SHOWN_MILLISECONDS) });
}

async function isCopied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return isCopiedBySelection(text); // over plain HTTP on a network there is no clipboard
  }
}

function isCopiedBySelection(text) {
  const focused = document.activeElement;
  const area = element('textarea', { class: 'unseen', 'aria-hidden': 'true' });
  area.value = text;
  document.body.append(area);
  area.select();
  const result = document.execCommand('copy');
  area.remove();
  focused.focus();
  return result;
}

/** The address that asks a question again, complete where it was a follow-up, with its filters. */
function addressOf({ filters }, answer) {
  const address = new URL(location.pathname, location.href);
  address.searchParams.set('q', answer.query);
  for (const [name, value] of Object.entries(filters)) {
    for (const one of [value].flat()) address.searchParams.append(name, one);
  }
  return address.href;
}

/** Read what the service holds. */
async function connect() {
  await Promise.all([prepareFilters(query), countArticles()]);
}

async function countArticles() {
  try {
    corpusSize = (await read('health/ready')).articles;
  } catch {
    corpusSize = null; // a question says what is wrong
  }
  showCorpus();
}

function showCorpus() {
  byId('corpus').textContent = corpusSize === null ? '' : say(corpusSize ? 'articlesHeld' : 'corpusEmpty', corpusSize);
}

/** Do what the address asks for: show an article, or ask a question. */
function followAddress() {
  const number = (name) => (query.has(name) ? Number(query.get(name)) : undefined);
  if (query.has('article')) {
    const place = { id: query.get('article'), version: query.get('version') ?? undefined };
    readAlone({ ...place, start: number('start'), end: number('end') });
  } else if (query.get('q')) {
    askQuestion(query.get('q'));
  }
}

function readAlone(place) {
  document.body.classList.add('reading');
  byId('main').inert = true;
  openArticle(place, field, () => {
    document.body.classList.remove('reading');
    byId('main').inert = false;
    history.replaceState(null, '', location.pathname);
  });
}

byId('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  if (running()) return;
  askQuestion(field.value.trim());
  field.value = '';
});

field.addEventListener('keydown', (event) => {
  // While an input method composes a word, Enter accepts the word. In Safari only the key code 229 says so.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  byId('composer').requestSubmit();
});

byId('stop').addEventListener('click', () => running()?.stop());
byId('new-conversation').addEventListener('click', startAnew);

for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => chooseLanguage(button.dataset.language));
}

whenLanguageIsChosen(() => {
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', button.dataset.language === interfaceLanguage());
  }
  closeQuote();
  showCorpus();
  for (const turn of turns) turn.show();
});

whenKeyIsKept(connect);

applyWords();
changed();
connect().then(followAddress);
