// The access key: what is said where one is missing, and the form that asks for it.

import { element } from './elements.js';
import { isKeyHeld, keepKey } from './server.js';
import { say } from './words.js';

/** Whether the service refused a request for want of a key. */
export function needsKey(failure) {
  return failure.status === 401;
}

/** What is wrong, for a reader. */
export function keyNotice() {
  return say(isKeyHeld() ? 'accessKeyUnknown' : 'accessKeyNeeded');
}

/** A form for the key; `afterwards` is called when there is one. */
export function keyForm(afterwards) {
  const input = element('input', { type: 'password', required: true, autocomplete: 'current-password' });
  const submit = (event) => {
    event.preventDefault();
    keepKey(input.value);
    afterwards();
  };
  return element(
    'form',
    { class: 'key', submit },
    element('label', {}, say('accessKey'), ' ', input),
    element('button', { type: 'submit' }, say('send')),
  );
}
