import type { FromView, Place } from '../../memory/messages.ts';
import { addressText, character, hexadecimal, plus, ROW, rowOf, type Byte } from './bytes.ts';

/** How many rows the scroll bar reaches over before it is centred anew; the address space has 2^60. */
const SCROLLED_ROWS = 100_000;
const EDGE_ROWS = 1_000;
/** Pixels, while no row has been drawn. */
const UNKNOWN_ROW_HEIGHT = 20;

/**
 * The part of memory in view. Only its rows exist in the document; scrolling moves the window over the whole address space.
 * Bytes that have changed since the last stop are marked.
 */
export class MemoryWindow {
  readonly #scroller: HTMLElement;
  readonly #extent: HTMLElement;
  readonly #rows: HTMLElement;
  readonly #send: (message: FromView) => void;
  readonly #say: (words: string) => void;

  /** What is known of memory at this stop, and what was at the one before; by row. */
  #known = new Map<bigint, Byte[]>();
  #before = new Map<bigint, Byte[]>();

  #physical = false;
  /** The row at which the scroll bar stands in its middle. */
  #anchor = 0n;
  #cursor = 0n;
  #typed = '';
  #question = 0;
  #asked = { question: 0, start: 0n };

  constructor(
    scroller: HTMLElement,
    extent: HTMLElement,
    rows: HTMLElement,
    send: (message: FromView) => void,
    say: (words: string) => void,
  ) {
    this.#scroller = scroller;
    this.#extent = extent;
    this.#rows = rows;
    this.#send = send;
    this.#say = say;
    scroller.addEventListener('scroll', () => {
      this.#scrolled();
    });
    rows.addEventListener('keydown', (event) => {
      this.#key(event);
    });
    rows.addEventListener('mousedown', (event) => {
      this.#clicked(event);
    });
    new ResizeObserver(() => {
      this.#scrolled();
    }).observe(scroller);
  }

  /** Looks at a place, and puts the cursor there. */
  go(place: Place): void {
    const address = BigInt(place.address);
    if (place.physical !== this.#physical) {
      this.#known.clear();
      this.#before.clear();
      this.#physical = place.physical;
    }
    const moved = address !== this.#cursor || this.#known.size === 0;
    this.#cursor = address;
    this.#typed = '';
    if (moved) {
      this.#centre(rowOf(address));
    } else {
      this.#draw();
      this.#ask();
    }
  }

  /** A new stop: what was known is what it was before. */
  stopped(): void {
    this.#before = this.#known;
    this.#known = new Map();
    this.#ask();
  }

  /** Reads what is in view again. */
  readAgain(): void {
    this.#ask();
  }

  /** Takes the answer to a question; one that another question has overtaken is dropped. */
  answer(question: number, bytes: readonly Byte[]): void {
    if (question !== this.#asked.question) {
      return;
    }
    for (let i = 0; i < bytes.length; i += ROW) {
      this.#known.set(plus(this.#asked.start, i), bytes.slice(i, i + ROW));
    }
    this.#draw();
  }

  #rowHeight(): number {
    const height = this.#rows.firstElementChild?.getBoundingClientRect().height ?? 0;
    return height > 0 ? height : UNKNOWN_ROW_HEIGHT;
  }

  #visibleRows(): number {
    return Math.max(1, Math.ceil(this.#scroller.clientHeight / this.#rowHeight()));
  }

  /** The first row in view. */
  #top(): bigint {
    const row = Math.round(this.#scroller.scrollTop / this.#rowHeight()) - SCROLLED_ROWS / 2;
    return plus(this.#anchor, row * ROW);
  }

  #centre(row: bigint): void {
    this.#anchor = row;
    this.#extent.style.height = `${SCROLLED_ROWS * this.#rowHeight()}px`;
    this.#scroller.scrollTop = (SCROLLED_ROWS / 2) * this.#rowHeight();
    this.#draw();
    this.#ask();
  }

  #scrolled(): void {
    const row = this.#scroller.scrollTop / this.#rowHeight();
    if (row < EDGE_ROWS || row > SCROLLED_ROWS - EDGE_ROWS) {
      this.#centre(this.#top());
      return;
    }
    this.#draw();
    this.#ask();
  }

  #ask(): void {
    this.#asked = { question: ++this.#question, start: this.#top() };
    this.#send({
      type: 'read',
      question: this.#asked.question,
      place: this.#place(this.#asked.start),
      count: this.#visibleRows() * ROW,
    });
  }

  #place(address: bigint): Place {
    return { physical: this.#physical, address: '0x' + address.toString(16) };
  }

  #draw(): void {
    const top = this.#top();
    const rows = Array.from({ length: this.#visibleRows() }, (_, i) => this.#row(plus(top, i * ROW)));
    this.#rows.replaceChildren(...rows);
  }

  #row(address: bigint): HTMLElement {
    const bytes = this.#known.get(address) ?? Array<undefined>(ROW).fill(undefined);
    const before = this.#before.get(address);
    const row = span('row', '');
    row.role = 'row';
    row.append(span('address', addressText(address)));
    const text = span('text', '');
    bytes.forEach((byte, i) => {
      const at = plus(address, i);
      const old = before?.[i];
      const isChanged = byte !== undefined && old !== undefined && byte !== old;
      const marks = [byte === 0 ? 'zero' : '', byte === null ? 'hole' : '', isChanged ? 'changed' : ''];
      marks.push(at === this.#cursor ? 'cursor' : '');
      const isTyped = at === this.#cursor && this.#typed !== '';
      const cell = span(
        ['byte', ...marks].join(' ').trim(),
        isTyped ? this.#typed.padEnd(2, '_') : byte === undefined ? '  ' : hexadecimal(byte),
      );
      cell.role = 'gridcell';
      cell.dataset.address = at.toString();
      if (at === this.#cursor) {
        cell.id = 'cursor';
        this.#rows.setAttribute('aria-activedescendant', 'cursor');
        cell.ariaLabel = `${addressText(at)}: ${byte === undefined ? 'unknown' : hexadecimal(byte)}`;
      }
      row.append(cell);
      text.append(span(marks.join(' ').trim(), byte === undefined ? ' ' : character(byte)));
    });
    row.append(text);
    return row;
  }

  #clicked(event: MouseEvent): void {
    const address = event.target instanceof HTMLElement ? event.target.dataset.address : undefined;
    if (address !== undefined) {
      this.#moveTo(BigInt(address));
    }
  }

  #moveTo(address: bigint): void {
    this.#cursor = address;
    this.#typed = '';
    const rowsDown = Number(BigInt.asIntN(64, rowOf(address) - this.#top())) / ROW;
    if (Math.abs(rowsDown) > SCROLLED_ROWS / 4) {
      this.#centre(rowOf(address));
    } else if (rowsDown < 0 || rowsDown >= this.#visibleRows() - 1) {
      const into = rowsDown < 0 ? rowsDown : rowsDown - this.#visibleRows() + 2;
      this.#scroller.scrollTop += into * this.#rowHeight();
    }
    this.#draw();
  }

  #key(event: KeyboardEvent): void {
    const page = (this.#visibleRows() - 1) * ROW;
    const column = Number(this.#cursor & BigInt(ROW - 1));
    const moves: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -ROW,
      ArrowDown: ROW,
      PageUp: -page,
      PageDown: page,
      Home: -column,
      End: ROW - 1 - column,
    };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      this.#moveTo(plus(this.#cursor, move));
    } else if (event.key === 'Escape') {
      this.#typed = '';
      this.#draw();
    } else if (/^[0-9a-fA-F]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.#digit(event.key.toLowerCase());
    }
  }

  #digit(digit: string): void {
    this.#typed += digit;
    if (this.#typed.length < 2) {
      this.#draw();
      return;
    }
    const byte = Number.parseInt(this.#typed, 16);
    this.#send({ type: 'write', place: this.#place(this.#cursor), byte });
    this.#say(`${addressText(this.#cursor)}: ${hexadecimal(byte)}`);
    this.#moveTo(plus(this.#cursor, 1));
  }
}

function span(className: string, text: string): HTMLElement {
  const element = document.createElement(className === 'row' ? 'div' : 'span');
  element.className = className;
  element.textContent = text;
  return element;
}
