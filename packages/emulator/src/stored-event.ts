/** Metadata as it is sent and stored. */
export interface StoredMetadata {
  /** The value of a key. */
  [key: string]:
    | string
    | number
    | boolean
    | { url: string; value: string }
    | { amount: number; currency: string };
}

/** An event the emulator accepted and kept: what `GET /events` answers, and its workspace. */
export interface StoredEvent {
  /** What it is, as Intercom says it. */
  readonly type: "event";
  /** The event's own id, a UUID. */
  readonly id: string;
  /** As it was sent. */
  readonly event_name: string;
  /** Unix seconds. */
  readonly created_at: number;
  /** As it was sent, when it was. */
  readonly user_id?: string;
  /** As it was sent, when it was. */
  readonly email?: string;
  /** The `id` of the contact the event belongs to. */
  readonly intercom_user_id: string;
  /** The keys that are tracked; absent when none was sent. */
  readonly metadata?: StoredMetadata;
  /** The workspace of the token it was sent with. */
  readonly workspace: string;
}
