// leadheat: the commands of `window.leadheat` and the documents they take and give.
// The types of the documents are generated; their JSON Schemas are config.schema.json and lead.schema.json.

/** `leadheat(command, ...)`. Every command returns a promise, which never rejects; a sentence in place of the answer says what was wrong. */
export interface Leadheat {
  /** Version of leadheat; absent while only the stub is there. */
  readonly version?: string;
  /** Starts with this config, where the tag has neither data-config nor data-webhook. */
  (command: 'start', config: Config): Promise<void | string>;
  /** Counts an event of yours; rules of kind `custom` give points for it. `value`: 0 to 1,000,000. */
  (command: 'track', name: string, value?: number): Promise<void | string>;
  /** Who the visitor is, where the site knows. Taken only while the visitor may be scored. */
  (command: 'identify', who: Record<string, string | number | boolean | null>): Promise<void | string>;
  /** What the visitor decided. */
  (command: 'consent', decision: 'granted' | 'denied'): Promise<void | string>;
  /** Opens or closes the chat. */
  (command: 'open' | 'close'): Promise<void | string>;
  /** Listens to what leadheat announces; the same comes as CustomEvents `leadheat:ready`, `leadheat:tier`, `leadheat:lead` on window. */
  <Name extends keyof Announcements>(command: 'on', name: Name, listener: (detail: Announcements[Name]) => void): Promise<void>;
  /** Stops a listener, or all of a name. */
  <Name extends keyof Announcements>(command: 'off', name: Name, listener?: (detail: Announcements[Name]) => void): Promise<void>;
  /** The visitor objects to being scored: nothing is observed any more in this browser, whatever consent says. `false` takes that back. */
  (command: 'object', objects?: boolean): Promise<void>;
  /** All that is stored of the visitor, by key. */
  (command: 'export'): Promise<Record<string, unknown>>;
  /** Deletes everything about the visitor, in every tab. */
  (command: 'forget'): Promise<void>;
  /** The score, to the last point. */
  (command: 'explain'): Promise<Explanation>;
  /** What leadheat is doing or waiting for. */
  (command: 'status'): Promise<Status>;
  /** Sends a lead marked as a test; resolves to what became of it. */
  (command: 'test'): Promise<string>;
  /** Sends leads again that were refused or given up. */
  (command: 'retry'): Promise<void | string>;
}

export interface Announcements {
  ready: { version: string };
  tier: { tier: Tier; stage: Stage; score: number };
  lead: { id: string; revision: number; tier: Tier };
}

declare global {
  interface Window {
    leadheat: Leadheat;
  }
  interface WindowEventMap {
    'leadheat:ready': CustomEvent<Announcements['ready']>;
    'leadheat:tier': CustomEvent<Announcements['tier']>;
    'leadheat:lead': CustomEvent<Announcements['lead']>;
  }
}
