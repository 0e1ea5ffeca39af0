/** Whose memory of whom: what belongs to one person with one character of one workspace, and to nobody else. */
export type Person = {
  workspaceId: string;
  characterId: string;
  /** A speaker's id, or the client's own id of one who is no known speaker; see `Speakers.personOf`. */
  personId: string;
};

/** One thing that a character remembers of somebody. */
export type Memory = {
  id: string;
  /** Of what there can be one at a time; null: it stands beside everything else. */
  key: string | null;
  text: string;
  /** 1 to 3. */
  importance: number;
  /** What who put it here wanted kept with it. */
  metadata: unknown;
  /** Where it was said; null when it was not said, or what was said is deleted. */
  conversationId: string | null;
  turnId: string | null;
  saidAt: Date;
  createdAt: Date;
  updatedAt: Date;
};

export type NewMemory = Pick<Memory, 'key' | 'text' | 'importance' | 'saidAt'> &
  Partial<Pick<Memory, 'metadata' | 'conversationId' | 'turnId'>>;

/** What became of a new one. */
export type Kept = { id: string; event: 'add' | 'update'; text: string };
