// Which articles a question may be answered from.

import { byId, element } from './elements.js';
import { read } from './server.js';
import { languageName } from './text.js';
import { say, whenLanguageIsChosen } from './words.js';

const LISTS = { language: 'languages', outlet: 'outlets' };
const DAYS = { published_from: 'published-from', published_to: 'published-to' };

let offered = { languages: [], outlets: [] };

/** Offer the languages and outlets that there are; keep what `query` (of an address) asks for. */
export async function prepareFilters(query) {
  for (const [name, id] of Object.entries(DAYS)) byId(id).value = query.get(name) ?? '';
  const chosen = Object.fromEntries(Object.keys(LISTS).map((name) => [name, query.getAll(name)]));
  try {
    offered = await read('v1/filters');
  } catch {
    // A question says what is wrong.
  }
  draw(chosen);
}

/** The filters as `POST /v1/ask` takes them. */
export function chosenFilters() {
  const lists = Object.keys(LISTS).map((name) => [name, checked(name)]);
  const days = Object.entries(DAYS).map(([name, id]) => [name, byId(id).value]);
  return Object.fromEntries([...lists, ...days].filter(([, value]) => value.length > 0));
}

function checked(name) {
  return [...byId(LISTS[name]).querySelectorAll('input:checked')].map((input) => input.value);
}

function draw(chosen) {
  for (const [name, id] of Object.entries(LISTS)) {
    const known = offered[id].map(({ value }) => value);
    // What an address asks for is asked for, whether or not there is such an article now.
    const unknown = chosen[name].filter((value) => !known.includes(value)).map((value) => ({ value, articles: 0 }));
    const choices = [...offered[id], ...unknown].map((offer) => choice(name, offer, chosen[name]));
    byId(id).hidden = choices.length < 2 && !chosen[name].length;
    byId(id).querySelector('.choices').replaceChildren(...choices);
  }
  showCount();
}

function choice(name, { value, articles }, chosen) {
  const input = element('input', { type: 'checkbox', name, value });
  input.checked = chosen.includes(value);
  const label = name === 'language' ? languageName(value) : value;
  return element('label', {}, input, ' ', element('bdi', {}, label), ' ', element('small', {}, String(articles)));
}

function showCount() {
  const count = Object.values(chosenFilters()).flat().length;
  byId('filter-count').textContent = count ? say('filtersActive', count) : '';
}

function clear() {
  for (const input of byId('filters').querySelectorAll('input')) {
    input.checked = false;
    if (input.type === 'date') input.value = '';
  }
  showCount();
}

byId('filters').addEventListener('change', showCount);
byId('clear-filters').addEventListener('click', clear);
whenLanguageIsChosen(() => draw({ language: checked('language'), outlet: checked('outlet') }));
