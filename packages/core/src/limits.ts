/** Longest text Intercom is known to show, in characters: its help article 175. */
export const MAX_SHOWN = 255;

/**
 * The most characters of keys and texts in one event. Intercom names no limit; ten tracked keys of
 * the longest text it shows are a twentieth of this, so more is a mistake.
 */
export const MAX_CHARACTERS = 65_536;

/** Seconds an event may be moved, so that Intercom keeps it apart from others of its contact and name. */
export const MAX_MOVE = 60;
