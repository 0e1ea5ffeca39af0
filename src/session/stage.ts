import type { Character } from '../protocol/character.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import { wantsVision } from '../protocol/vision-config.ts';
import type { Stage } from '../script/stage.ts';
import type { SessionContext } from './session-context.ts';
import type { Story } from './story.ts';

/** What answers of this session may hold besides words; asked for each answer anew, for the context changes. */
export function stageOf(
  { character }: { character: Character },
  settings: SessionSettings,
  { actionConfig }: Pick<SessionContext, 'actionConfig'>,
  speakerName: string | undefined,
  { ways }: Pick<Story, 'ways'>,
): Stage {
  return {
    actions: actionConfig,
    emotion: settings.emotion_config,
    opening: {
      vision: wantsVision(settings),
      // No speech begins with a number and three bars; so nothing is lost where no story is told.
      narrative: true,
      names: namesOf(character.name),
    },
    speakerName,
    ways,
  };
}

/** "Professor Ada Okonkwo" may sign as "Ada" too. */
function namesOf(name: string): string[] {
  const [first = ''] = name.split(' ');
  return first === name || first.length < 2 ? [name] : [name, first];
}
