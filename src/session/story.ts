import type { StoryPart } from '../prompt/story.ts';
import type { Narrative, Section } from '../protocol/narrative.ts';

export type StoryDeps = {
  /** Keeps where it stands, with the conversation. */
  keep: (sectionId: string) => void;
  /** The client is to know. */
  tell: (section: Section) => void;
};

/** The story that a character tells in one conversation, and where it stands. */
export class Story {
  readonly #sections: ReadonlyMap<string, Section>;
  #current: Section | undefined;

  /** @param narrative null: it tells none */
  constructor(
    private readonly narrative: Narrative | null,
    private readonly deps: StoryDeps,
  ) {
    this.#sections = new Map((narrative?.sections ?? []).map((section) => [section.id, section]));
    this.#current = this.#sections.get(narrative?.currentSectionId ?? '');
  }

  /** For the prompt; undefined where there is nothing to tell. */
  get part(): StoryPart | undefined {
    const current = this.#current;
    if (!current) return undefined;
    const choices = current.decisions.map(({ criteria, nextSectionId }) => ({
      criteria,
      objective: this.#sections.get(nextSectionId)?.objective ?? '',
    }));
    return { name: current.name, objective: current.objective, choices };
  }

  /** Where the choices of the part lead to, in their order. */
  get ways(): { from: string; to: string[] } | undefined {
    const current = this.#current;
    return (
      current && { from: current.id, to: current.decisions.map(({ nextSectionId: to }) => to) }
    );
  }

  /** Somebody is there to know where it stands. */
  begin(): void {
    if (this.#current) this.deps.tell(this.#current);
  }

  /** The model has judged. What a trigger overtook counts no more. */
  follow({ from, to }: { from: string; to: string }): void {
    if (this.#current?.id === from) this.#moveTo(to);
  }

  /**
   * The application names a trigger; where it leads, the story goes.
   * @returns what happened, in the words of the story; undefined for a name that it does not know
   */
  trigger(name: string): string | undefined {
    const wanted = name.trim();
    const trigger = this.narrative?.triggers.find((candidate) => candidate.name === wanted);
    if (!trigger) return undefined;
    if (trigger.destinationSectionId !== null) this.#moveTo(trigger.destinationSectionId);
    return trigger.message;
  }

  #moveTo(id: string): void {
    const next = this.#sections.get(id);
    if (!next) return;
    const isOther = next.id !== this.#current?.id;
    this.#current = next;
    if (isOther) this.deps.keep(next.id);
    this.deps.tell(next);
  }
}
