/** What the memory view and the extension say to each other. Addresses are hexadecimal with `0x`, up to 64 bits. */

/** Where a view looks. */
export interface Place {
  /** Whether addresses are physical, not linear. */
  readonly physical: boolean;
  readonly address: string;
}

/** From the extension to the view. */
export type ToView =
  /** Look there. */
  | { readonly type: 'place'; readonly text: string; readonly place: Place }
  /** The text names no place. */
  | { readonly type: 'noPlace'; readonly text: string; readonly reason: string }
  /** The guest has stopped: what is shown is of the past. */
  | { readonly type: 'stopped' }
  /** The guest runs: memory is neither read nor written. */
  | { readonly type: 'running' }
  /** Some bytes have been written by someone: read them again, but mark nothing. */
  | { readonly type: 'written' }
  /** The answer to a `read`: bytes, and null where there is no memory. */
  | { readonly type: 'bytes'; readonly question: number; readonly bytes: readonly (number | null)[] }
  /** A read or a write could not be done. */
  | { readonly type: 'failed'; readonly reason: string };

/** From the view to the extension. */
export type FromView =
  | { readonly type: 'ready' }
  /** Look where an expression or address says. */
  | { readonly type: 'go'; readonly text: string }
  /** Whether the expression is evaluated anew at each stop. */
  | { readonly type: 'follow'; readonly on: boolean }
  | { readonly type: 'read'; readonly question: number; readonly place: Place; readonly count: number }
  | { readonly type: 'write'; readonly place: Place; readonly byte: number };
