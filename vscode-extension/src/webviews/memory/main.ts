import type { FromView, ToView } from '../../memory/messages.ts';
import { MemoryWindow } from './memoryWindow.ts';
import { ROW } from './bytes.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromView): void };

const code = acquireVsCodeApi();
const form = element('where', HTMLFormElement);
const text = element('text', HTMLInputElement);
const follow = element('follow', HTMLInputElement);
const space = element('space', HTMLElement);
const state = element('state', HTMLElement);

const memory = new MemoryWindow(
  element('scroller', HTMLElement),
  element('extent', HTMLElement),
  element('rows', HTMLElement),
  (message) => {
    code.postMessage(message);
  },
  (words) => {
    say(words, false);
  },
);

form.addEventListener('submit', (event) => {
  event.preventDefault();
  code.postMessage({ type: 'go', text: text.value });
});
follow.addEventListener('change', () => {
  code.postMessage({ type: 'follow', on: follow.checked });
});
window.addEventListener('message', (event: MessageEvent<ToView>) => {
  receive(event.data);
});
code.postMessage({ type: 'ready' });

function receive(message: ToView): void {
  switch (message.type) {
    case 'place':
      text.value = message.text;
      space.textContent = message.place.physical ? 'physical' : 'virtual';
      document.body.classList.remove('running');
      say('', false);
      memory.go(message.place);
      break;
    case 'noPlace':
      text.value = message.text;
      say(message.reason, true);
      break;
    case 'stopped':
      document.body.classList.remove('running');
      memory.stopped();
      break;
    case 'running':
      document.body.classList.add('running');
      say('The guest is running', false);
      break;
    case 'written':
      memory.readAgain();
      break;
    case 'bytes':
      memory.answer(message.question, message.bytes);
      break;
    case 'failed':
      say(message.reason, true);
      break;
  }
}

function say(words: string, isProblem: boolean): void {
  state.textContent = words === '' ? `${ROW} bytes a row; type two hexadecimal digits to change a byte` : words;
  state.classList.toggle('problem', isProblem);
}

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) {
    throw new Error(`the page has no ${type.name} '${id}'`);
  }
  return found;
}
