import { SpeakerNotFound, type Speaker } from '../../src/speakers/speakers.ts';

type Known = Speaker & { workspaceId: string };

/** Speakers of several workspaces, in memory. */
export class FakeSpeakers {
  readonly all: Known[] = [];

  ensure(
    workspaceId: string,
    { deviceId, name }: { deviceId: string | null; name: string | null },
  ): Promise<Speaker> {
    const known = this.all.find(
      (speaker) =>
        speaker.workspaceId === workspaceId && deviceId !== null && speaker.deviceId === deviceId,
    );
    if (known) return Promise.resolve(known);
    const id = `speaker-${this.all.length + 1}`;
    const made = { workspaceId, id, deviceId, name, lastActiveAt: new Date(0) };
    this.all.push(made);
    return Promise.resolve(made);
  }

  identify(
    _workspaceId: string,
    given: {
      speakerId: string | null;
      endUserId: string | null;
      metadata: Record<string, unknown> | null;
    },
  ): Promise<{ id: string | null; name: string | null }> {
    const name = given.metadata?.['name'];
    return Promise.resolve({
      id: given.speakerId ?? given.endUserId,
      name: typeof name === 'string' ? name : null,
    });
  }

  personOf(_workspaceId: string, given: string): Promise<string> {
    return Promise.resolve(given);
  }

  personToBe(_workspaceId: string, given: string): Promise<string> {
    return Promise.resolve(given);
  }

  list(workspaceId: string): Promise<Speaker[]> {
    return Promise.resolve(this.all.filter((speaker) => speaker.workspaceId === workspaceId));
  }

  delete(workspaceId: string, id: string): Promise<void> {
    const at = this.all.findIndex(
      (speaker) => speaker.workspaceId === workspaceId && speaker.id === id,
    );
    if (at < 0) return Promise.reject(new SpeakerNotFound(id));
    this.all.splice(at, 1);
    return Promise.resolve();
  }
}
