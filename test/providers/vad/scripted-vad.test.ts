import { vadContract } from '../../contracts/vad.ts';
import { ScriptedVad } from '../../fakes/scripted-vad.ts';

vadContract('ScriptedVad', () => new ScriptedVad());
